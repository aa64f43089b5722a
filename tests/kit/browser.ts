/**
 * A headless Chromium with one page, driven by its debugging protocol.
 *
 * @module
 */

import { TextLineStream } from "@std/streams";

/** One page of a browser. */
export interface BrowserPage {
  /** Goes there and waits until everything is loaded. */
  open(url: string): Promise<void>;
  /** Settles when the page has loaded the next time, by itself. */
  loaded(): Promise<void>;
  /** The size of the window and the wish for light or dark. */
  look(width: number, height: number, scheme: "light" | "dark"): Promise<void>;
  /** Shows the page as it is on paper, or on the screen again. */
  paper(on: boolean): Promise<void>;
  /** Switches the page's own scripts on or off from the next {@link open} on; they are off in the beginning. */
  scripts(on: boolean): Promise<void>;
  /** Value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  /** Presses keys in what has the focus, as a person does. */
  type(text: string): Promise<void>;
  /** A PNG of the whole page. */
  screenshot(): Promise<Uint8Array>;
  /** A PNG of the upper part of the page, in device pixels of `scale`. */
  picture(width: number, height: number, scale: number): Promise<Uint8Array>;
  /** The page on paper, as PDF. */
  print(): Promise<Uint8Array>;
  /** What the page has asked for since the last {@link open}, but for itself. */
  requests(): readonly string[];
  /** Errors of scripts and of the page's policy, and what was written to the console, since the last {@link open}. */
  complaints(): readonly string[];
  close(): Promise<void>;
}

// deno-lint-ignore no-explicit-any -- answers of the protocol
type Answer = any;

/** The path of Chromium, `undefined` when it is not there. */
export function browser(): string | undefined {
  return ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Starts the browser. */
export async function startBrowser(program: string): Promise<BrowserPage> {
  const profile = await Deno.makeTempDir();
  // deno-fmt-ignore
  const args = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank",
  ];
  const child = new Deno.Command(program, {
    args,
    // What it leaves of its own goes with the profile.
    env: { TMPDIR: profile },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
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
  // One of our own: the page that the browser opens by itself may come later than the address.
  const opened = await fetch(`http://${host}/json/new?about:blank`, { method: "PUT" });
  const { webSocketDebuggerUrl }: { webSocketDebuggerUrl: string } = await opened.json();
  const { send, once, on, end } = await connect(webSocketDebuggerUrl);
  const requests: string[] = [];
  const complaints: string[] = [];
  let current = "";
  on("Network.requestWillBeSent", ({ request, type }) => {
    if (type !== "Document" || request.url !== current) requests.push(request.url);
  });
  on("Runtime.consoleAPICalled", ({ args }) => complaints.push(JSON.stringify(args)));
  on("Runtime.exceptionThrown", ({ exceptionDetails }) => complaints.push(exceptionDetails.text));
  on("Log.entryAdded", ({ entry }) => complaints.push(entry.text));
  for (const domain of ["Page", "Network", "Runtime", "Log"]) await send(`${domain}.enable`);
  await send("Emulation.setScriptExecutionDisabled", { value: true });
  return {
    async open(url) {
      current = url;
      requests.length = 0;
      complaints.length = 0;
      const loaded = once("Page.loadEventFired");
      await send("Page.navigate", { url });
      await loaded;
    },
    paper: (on) => send("Emulation.setEmulatedMedia", { media: on ? "print" : "" }),
    scripts: (on) => send("Emulation.setScriptExecutionDisabled", { value: !on }),
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
    async type(text) {
      for (const key of text) {
        await send("Input.dispatchKeyEvent", { type: "keyDown", text: key });
        await send("Input.dispatchKeyEvent", { type: "keyUp" });
      }
    },
    async picture(width, height, scale) {
      const clip = { x: 0, y: 0, width, height, scale };
      const { data } = await send("Page.captureScreenshot", { captureBeyondViewport: true, clip });
      return Uint8Array.fromBase64(data);
    },
    async print() {
      const { data } = await send("Page.printToPDF", { preferCSSPageSize: true });
      return Uint8Array.fromBase64(data);
    },
    requests: () => requests,
    complaints: () => complaints,
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
  const listeners = new Map<string, (params: Answer) => void>();
  let last = 0;
  socket.onmessage = ({ data }) => {
    const message: Answer = JSON.parse(data);
    waiting.get(message.id)?.(message);
    events.get(message.method)?.();
    listeners.get(message.method)?.(message.params);
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
    on: (method: string, listener: (params: Answer) => void) => void listeners.set(method, listener),
    once: (method: string) => new Promise<void>((resolve) => events.set(method, resolve)),
    async end() {
      const closed = new Promise((resolve) => socket.onclose = resolve);
      socket.close();
      await closed;
    },
  };
}
