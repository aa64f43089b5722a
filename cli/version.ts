import config from "../deno.json" with { type: "json" };

/** Version of this project. */
export const VERSION: string = config.version;
