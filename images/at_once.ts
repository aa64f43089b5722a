const AT_ONCE = 8;

/** Does the work for each item, for at most eight at once. The first failure is thrown; what is under way then goes on to its end. */
export async function eachAtOnce<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const left = items[Symbol.iterator]();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let next = left.next(); next.done !== true; next = left.next()) await work(next.value);
  }));
}
