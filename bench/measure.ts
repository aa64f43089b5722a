/**
 * Measures one plugin executable through the protocol.
 *
 * @module
 */

import { stringifyJson } from "../objects/json.ts";
import { type Plugin, startPlugin } from "../preview/host/plugin.ts";
import { type BenchCase, CASES } from "./cases.ts";

/** A sample in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** The figures of one executable; absent where it has no action for them. */
export interface Figures {
  /** Spawn to the answer of ListPlugins, median of the starts, in milliseconds. */
  readonly start: number;
  readonly actions: number;
  /** Resident memory in MB: after ListPlugins, and after all calls without reads. */
  readonly memoryIdle: number;
  readonly memoryAfter?: number;
  /** Resident memory in MB at the end, with the kubeconfig of the benchmark's API server loaded. */
  readonly memoryAfterReads?: number;
  /** Calls without API requests: one at a time. */
  readonly plain?: Latency;
  readonly perSecond1?: number;
  readonly perSecond10?: number;
  /** Calls with API requests: one at a time. */
  readonly reading?: Latency;
  readonly requestsPerItem?: number;
}

/** What to measure with. */
export interface Plan {
  /** The environment without any cluster configuration. */
  readonly env: Readonly<Record<string, string>>;
  /** What to add for the benchmark's API server. */
  readonly clusterEnv: Readonly<Record<string, string>>;
  readonly calls: number;
  /** Requests the API server has answered until now. */
  readonly requests: () => number;
}

const encoder = new TextEncoder();
const EMPTY_RUN = encoder.encode('{"spec":{},"status":{"phase":"InProgress"}}');

/** One cold start in milliseconds. */
export async function coldStart(path: string, env: Plan["env"]): Promise<number> {
  const before = performance.now();
  const plugin = await startPlugin({ path, env });
  await plugin.list();
  const took = performance.now() - before;
  await plugin.stop();
  return took;
}

/**
 * All figures but the start. Calls without reads go to a process that knows no cluster, because a kubeconfig alone, which no pod
 * uses, costs 80 MB.
 */
export async function measure(path: string, plan: Plan): Promise<Omit<Figures, "start">> {
  const plain = await within(path, plan.env, async (plugin) => {
    const { actions, cases } = await choose(plugin, false);
    const memoryIdle = residentMB(plugin.pid);
    return { actions, memoryIdle, ...(cases.length > 0 && await measurePlain(plugin, cases, plan.calls)) };
  });
  const reading = await within(path, { ...plan.env, ...plan.clusterEnv }, async (plugin) => {
    const { cases } = await choose(plugin, true);
    return cases.length === 0 ? {} : await measureReading(plugin, cases, plan);
  });
  return { ...plain, ...reading };
}

async function within<T>(path: string, env: Plan["env"], use: (plugin: Plugin) => Promise<T>): Promise<T> {
  const plugin = await startPlugin({ path, env });
  try {
    return await use(plugin);
  } finally {
    await plugin.stop();
  }
}

async function choose(plugin: Plugin, reads: boolean) {
  const listed = await plugin.list();
  const isListed = ({ kind, action }: BenchCase) => listed.some((l) => l.kind === kind && l.name === action);
  return { actions: listed.length, cases: CASES.filter((one) => one.reads === reads && isListed(one)) };
}

async function measurePlain(plugin: Plugin, cases: readonly BenchCase[], calls: number) {
  await drive(plugin, cases, 200, 1);
  const one = await drive(plugin, cases, calls / 2, 1);
  const ten = await drive(plugin, cases, calls / 2, 10);
  return {
    plain: one.latency,
    perSecond1: one.perSecond,
    perSecond10: ten.perSecond,
    memoryAfter: residentMB(plugin.pid),
  };
}

async function measureReading(plugin: Plugin, cases: readonly BenchCase[], { calls, requests }: Plan) {
  await drive(plugin, cases, 50, 1);
  const before = requests();
  const count = Math.max(100, Math.floor(calls / 20));
  const one = await drive(plugin, cases, count, 1);
  return {
    reading: one.latency,
    requestsPerItem: (requests() - before) / count,
    memoryAfterReads: residentMB(plugin.pid),
  };
}

/** Sends `count` calls, `width` at once, in turn through the cases. */
async function drive(plugin: Plugin, cases: readonly BenchCase[], count: number, width: number) {
  const calls = cases.map(({ kind, action, item }) => ({
    kind,
    action,
    item: encoder.encode(stringifyJson(item)),
  }));
  const times: number[] = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < count; i = next++) {
      const call = calls[i % calls.length];
      if (call === undefined) throw new RangeError("no case to call");
      const before = performance.now();
      await plugin.execute(call.kind, call.action, { item: call.item, run: EMPTY_RUN });
      times.push(performance.now() - before);
    }
  };
  const before = performance.now();
  await Promise.all(Array.from({ length: width }, worker));
  const perSecond = Math.round(count / (performance.now() - before) * 1000);
  return { latency: { p50: quantile(times, 0.5), p99: quantile(times, 0.99) }, perSecond };
}

/** A quantile of a sample. */
export function quantile(sample: readonly number[], q: number): number {
  const sorted = sample.toSorted((a, b) => a - b);
  return sorted[Math.round(q * (sorted.length - 1))] ?? 0;
}

function residentMB(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024);
}
