import { Registry } from "prom-client";

/** The writer of prom-client by itself. */
export default Registry;
