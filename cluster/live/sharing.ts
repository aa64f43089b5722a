/** Runs reads so that equal ones under way at the same time are one. */
export interface Sharing<T> {
  /**
   * The result of the read with this key: of the one under way, else of `start`. A caller's signal ends only its own wait; the
   * read itself is aborted when nobody waits any more.
   */
  run(key: string, signal: AbortSignal | undefined, start: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Lets no later caller join what is under way: after a write it may be old. */
  forget(): void;
}

interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** Makes a {@link Sharing} with nothing under way. */
export function createSharing<T>(): Sharing<T> {
  const flights = new Map<string, Flight<T>>();

  const launch = (key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> => {
    const controller = new AbortController();
    const flight: Flight<T> = { result: start(controller.signal), controller, waiting: 0 };
    flights.set(key, flight);
    const landed = () => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    flight.result.then(landed, landed);
    return flight;
  };

  return {
    run(key, signal, start) {
      return new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const flight = flights.get(key) ?? launch(key, start);
        flight.waiting++;
        const aborted = () => {
          flight.waiting--;
          if (flight.waiting === 0) {
            if (flights.get(key) === flight) flights.delete(key);
            flight.controller.abort(signal?.reason);
          }
          reject(signal?.reason);
        };
        signal?.addEventListener("abort", aborted, { once: true });
        const done = () => signal?.removeEventListener("abort", aborted);
        flight.result.then(resolve, reject).finally(done);
      });
    },
    forget: () => flights.clear(),
  };
}
