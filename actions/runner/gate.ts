/** Waits for its turn and gives the function that ends it. */
export type Gate = () => Promise<() => void>;

/** A gate that lets one caller through at a time, in order of arrival. */
export function createGate(): Gate {
  let last: Promise<void> = Promise.resolve();
  return async () => {
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await before;
    return resolve;
  };
}
