/** What was handed in cannot be used: the fault is the input's, and nothing has been done. The message says which input, what is wrong and the remedy. */
export class InputError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "InputError";
  }
}
