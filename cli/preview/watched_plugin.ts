import { InputError } from "../../preview/input/input_error.ts";
import type { Plugin } from "../../preview/host/plugin.ts";
import { RpcError } from "../../preview/host/rpc.ts";
import type { ActionHost } from "../../preview/run/actions.ts";

/** How a plugin is watched. */
export interface Watch {
  /** The plugin as the user named it. */
  readonly name: string;
  /** Milliseconds that a call may take. */
  readonly patience: number;
  /** Ends the preview. */
  readonly fail: (error: InputError) => void;
  /** The last line that the plugin logged. */
  readonly lastWords: () => string;
}

// After its end is seen on the wire, the process itself has ended in next to no time.
const GRACE = 2000;

/**
 * A plugin whose end, or silence, ends the preview: what would be reported after it says nothing about a restore.
 *
 * An error that the plugin answers is the action's own and stays in the report.
 */
export function watchPlugin(plugin: Plugin, { name, patience, fail, lastWords }: Watch): ActionHost {
  const never = new Promise<never>(() => {});
  const asked = async <T>(what: string, call: Promise<T>): Promise<T> => {
    const timer = setTimeout(() => {
      fail(
        new InputError(
          `Plugin "${name}" did not answer within ${
            patience / 1000
          } s when asked ${what}; Velero would wait for it ` +
            "forever. Allow it more time with --plugin-timeout, or leave it out",
        ),
      );
    }, patience);
    try {
      return await call;
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== "Unavailable") throw error;
      const status = await ended();
      if (status === undefined) throw error;
      const how = status.signal === null ? `exit code ${status.code}` : `signal ${status.signal}`;
      const words = lastWords() === "" ? "" : `; its last words: ${lastWords()}`;
      fail(
        new InputError(
          `Plugin "${name}" ended with ${how} when asked ${what}${words}. Find out why, or leave it out`,
        ),
      );
      return await never;
    } finally {
      clearTimeout(timer);
    }
  };
  const ended = async (): Promise<Deno.CommandStatus | undefined> => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), GRACE));
    const status = await Promise.race([plugin.exited, late]);
    clearTimeout(timer);
    return status;
  };
  return {
    list: () => asked("for its actions", plugin.list()),
    appliesTo: (kind, action) => asked(`what ${action} applies to`, plugin.appliesTo(kind, action)),
    execute: (kind, action, request) => asked(`to run ${action}`, plugin.execute(kind, action, request)),
    relatedItems: (action, request) => asked(`to run ${action}`, plugin.relatedItems(action, request)),
    progress: (kind, action, ...rest) =>
      asked(`about an operation of ${action}`, plugin.progress(kind, action, ...rest)),
    cancel: (kind, action, ...rest) =>
      asked(`to cancel an operation of ${action}`, plugin.cancel(kind, action, ...rest)),
    areAdditionalItemsReady: (kind, action, ...rest) =>
      asked(
        `whether additional items of ${action} are ready`,
        plugin.areAdditionalItemsReady(kind, action, ...rest),
      ),
  };
}
