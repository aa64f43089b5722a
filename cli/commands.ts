export function runCommand(_: readonly string[]): Promise<void> {
  return Promise.resolve();
}
