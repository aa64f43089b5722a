/**
 * A headless Chromium with one page, driven by its debugging protocol.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";

/** One page of a browser. Scripts of the page itself are switched off. */
export interface BrowserPage {
  /** Goes there and waits until everything is loaded. */
  open(url: string): Promise<void>;
  /** Settles when the page has loaded the next time, by itself. */
  loaded(): Promise<void>;
  /** The size of the window and the wish for light or dark. */
  look(width: number, height: number, scheme: "light" | "dark"): Promise<void>;
  /** Value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** A PNG of the whole page. */
  screenshot(): Promise<Uint8Array>;
  close(): Promise<void>;
}

// deno-lint-ignore no-explicit-any -- answers of the protocol
type Answer = any;

/** Starts the browser. */
export async function startBrowser(program: string): Promise<BrowserPage> {
  const profile = await Deno.makeTempDir();
  // deno-fmt-ignore
  const args = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank",
  ];
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "piped" }).spawn();
  const address = Promise.withResolvers<string>();
  const reading = (async () => {
    const lines: ReadableStream<string> = child.stderr
      .pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) {
      const [, found] = /DevTools listening on (ws:\S+)/.exec(line) ?? [];
      if (found !== undefined) address.resolve(found);
    }
    address.reject(new Error(`${program} ended`));
  })();
  const { host } = new URL(await address.promise);
  const targets: { type: string; webSocketDebuggerUrl: string }[] = await (await fetch(`http://${host}/json`))
    .json();
  const page = targets.find(({ type }) => type === "page");
  const { send, once, end } = await connect(page?.webSocketDebuggerUrl ?? "");
  await send("Page.enable");
  await send("Emulation.setScriptExecutionDisabled", { value: true });
  return {
    async open(url) {
      const loaded = once("Page.loadEventFired");
      await send("Page.navigate", { url });
      await loaded;
    },
    loaded: () => once("Page.loadEventFired"),
    async look(width, height, scheme) {
      const mobile = width < 600;
      await send("Emulation.setDeviceMetricsOverride", {
        width,
        height,
        mobile,
        deviceScaleFactor: mobile ? 2 : 1,
      });
      await send("Emulation.setEmulatedMedia", {
        features: [{ name: "prefers-color-scheme", value: scheme }],
      });
    },
    async evaluate(expression) {
      const { result } = await send("Runtime.evaluate", { expression, returnByValue: true });
      return result.value;
    },
    async screenshot() {
      const { data } = await send("Page.captureScreenshot", { captureBeyondViewport: true });
      return Uint8Array.fromBase64(data);
    },
    async close() {
      await end();
      child.kill("SIGTERM");
      await child.status;
      await reading;
      await Deno.remove(profile, { recursive: true });
    },
  };
}

async function connect(url: string) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const waiting = new Map<number, (answer: Answer) => void>();
  const events = new Map<string, () => void>();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const message: Answer = JSON.parse(data);
    waiting.get(message.id)?.(message);
    events.get(message.method)?.();
  };
  return {
    async send(method: string, params: Record<string, unknown> = {}): Promise<Answer> {
      const id = ++last;
      const answer = await new Promise<Answer>((resolve) => {
        waiting.set(id, resolve);
        socket.send(JSON.stringify({ id, method, params }));
      });
      if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
      return answer.result;
    },
    once: (method: string) => new Promise<void>((resolve) => events.set(method, resolve)),
    async end() {
      const closed = new Promise((resolve) => socket.onclose = resolve);
      socket.close();
      await closed;
    },
  };
}
