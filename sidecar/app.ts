/**
 * The sidecar's HTTP interface.
 *
 * @module
 */

import { Hono } from "hono";
import { accepts } from "hono/accepts";
import { secureHeaders } from "hono/secure-headers";
import type { View } from "./collect.ts";
import { expose, type Format, OPENMETRICS, PROMETHEUS } from "./exposition.ts";
import type { GateView } from "./gate/reader.ts";
import { DURATION_BUCKETS } from "./metrics.ts";
import { summarize, summarizeRuns } from "./summary.ts";

/** What the app is made of. */
export interface AppOptions {
  /** Looks at the spool, once for each request that needs it; what was made of a view is kept as long as the view. */
  readonly view: () => View;
  /** Gives what is known of the gate. */
  readonly gate: () => Promise<GateView>;
  readonly version: string;
  readonly now: () => Date;
}

/**
 * The routes: `/livez` and `/healthz` (the process answers), `/readyz` (the spool can be read), `/metrics`, `/actions` (JSON), `/`
 * (HTML). Nothing here changes anything.
 */
export function createApp({ view, gate, version, now }: AppOptions): Hono {
  const app = new Hono();
  // As text, which the garbage collector sees whole: buffers lie outside its heap and would pile up.
  const expositions = new WeakMap<View, Map<Format, { gate: GateView; text: string }>>();
  const exposition = (seen: View, gate: GateView, type: Format) => {
    const made = expositions.get(seen) ?? new Map<Format, { gate: GateView; text: string }>();
    expositions.set(seen, made);
    const before = made.get(type);
    if (before?.gate === gate) return before.text;
    const text = expose(seen, type, gate);
    made.set(type, { gate, text });
    return text;
  };
  app.use(secureHeaders({
    contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'self'"] },
    // Plain HTTP inside of the cluster.
    strictTransportSecurity: false,
  }));
  app.use(async (context, next) => {
    await next();
    // Without the second word the runtime compresses answers, which takes more memory than the network saves.
    context.header("Cache-Control", "no-store, no-transform");
  });

  app.get("/livez", (context) => context.text("ok\n"));
  app.get("/healthz", (context) => context.text("ok\n"));
  app.get("/readyz", (context) => {
    const { readable, problem } = view().spool;
    return readable ? context.text("ok\n") : context.text(`${problem}\n`, 503);
  });

  app.get("/metrics", async (context) => {
    const wanted = accepts(context, {
      header: "Accept",
      supports: ["text/plain", "application/openmetrics-text"],
      default: "text/plain",
    });
    const type = wanted === "text/plain" ? PROMETHEUS : OPENMETRICS;
    return context.body(exposition(view(), await gate(), type), 200, { "Content-Type": type });
  });

  app.get("/actions", async (context) => {
    const seen = view();
    return context.json({
      version,
      spool: seen.spool,
      runs: summarizeRuns(seen),
      buckets: DURATION_BUCKETS,
      actions: summarize(seen),
      gate: await gate(),
    });
  });

  // The page is loaded when someone looks at it: most sidecars are only scraped.
  app.get("/style.css", async (context) => {
    const { STYLE } = await import("./page/style.ts");
    return context.body(STYLE, 200, { "Content-Type": "text/css; charset=utf-8" });
  });

  app.get("/", async (context) => {
    const { renderPage } = await import("./page/page.tsx");
    const seen = view();
    const allRuns = context.req.query("runs") === "all";
    const [runs, rows] = [summarizeRuns(seen), summarize(seen)];
    return context.html(
      renderPage({ version, spool: seen.spool, runs, allRuns, gate: await gate(), rows, now: now() }),
    );
  });
  return app;
}
