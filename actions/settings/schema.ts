/** What settings need of valibot. By name, so that the bundler leaves the rest of it out. */
export { check, picklist, pipe, rawTransform, safeParse, string, transform } from "valibot";
