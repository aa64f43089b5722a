import type { Log, LogFields } from "../action.ts";

/** The largest number of steps that run at once, and of requests that one call makes at once. */
export const AT_ONCE = 8;

type Steps<C, T extends readonly unknown[]> = {
  readonly [K in keyof T]: (own: C) => T[K] | Promise<T[K]>;
};

type Line = [level: keyof Log, message: string, fields: LogFields | undefined];

/**
 * Runs steps that do not need each other's answers side by side, so that they wait for the cluster at the same time.
 *
 * The result is the same as if they ran one after another: answers and log lines come in the order of the steps, and when several
 * steps fail, the error of the first of them in that order is thrown. Therefore a step must log through the context that it is given.
 *
 * At most eight steps run at once, and after a failure no further step starts. A step that can refuse without a request should throw
 * instead of returning a rejected promise: then no later step makes a request in vain.
 *
 * @returns The answers, in the order of the steps.
 * @throws synchronously, instead of rejecting, when a step throws and no earlier step is waiting. This lets steps be nested.
 */
export function together<C extends { readonly log: Log }, T extends readonly unknown[]>(
  context: C,
  steps: readonly [...Steps<C, T>],
): Promise<T> {
  const answers = steps.map(() => Promise.withResolvers<unknown>());
  const held = steps.map((): Line[] => []);
  let turn = 0;
  let next = 0;
  let underWay = 0;
  let failure: { readonly error: unknown } | undefined;

  // Only the first failure is awaited; without a handler the others would count as unhandled.
  for (const { promise } of answers) promise.catch(() => {});

  const logOf = (index: number): Log => {
    const line = (level: keyof Log): Log["info"] => (message, fields) => {
      if (index === turn) context.log[level](message, fields);
      else held[index]?.push([level, message, fields]);
    };
    return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
  };

  const begin = () => {
    while (failure === undefined && underWay < AT_ONCE && next < steps.length) {
      const index = next++;
      if (underWay === 0) turn = index;
      const fail = (error: unknown) => {
        failure ??= { error };
        answers[index]?.reject(error);
      };
      try {
        const answer = steps[index]?.({ ...context, log: logOf(index) });
        if (answer instanceof Promise) {
          underWay++;
          answer.then(answers[index]?.resolve, fail).finally(() => {
            underWay--;
            begin();
          });
        } else answers[index]?.resolve(answer);
      } catch (error) {
        fail(error);
      }
    }
  };

  const inOrder = async () => {
    const results: unknown[] = [];
    for (const [index, { promise }] of answers.entries()) {
      turn = index;
      for (const [level, message, fields] of held[index] ?? []) context.log[level](message, fields);
      results.push(await promise);
    }
    return results as unknown as T;
  };

  begin();
  if (failure !== undefined && underWay === 0) throw failure.error;
  return inOrder();
}
