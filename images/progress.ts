import type { Time } from "../cluster/live/time.ts";
import type { CopyOptions } from "./images.ts";
import { megabytes } from "./recorded_copy.ts";

/** How often a long copy says how far it is, in milliseconds. */
const INTERVAL = 30_000;

/** Counts what a copy has done, and says it every half minute until its end. */
export interface Progress {
  /** A blob that has to be sent was found, of so many bytes. */
  expect(bytes: number): void;
  /** So many bytes were sent. After an attempt that failed they are taken back as a negative number. */
  sent(bytes: number): void;
  end(): void;
}

/** Reports the copy that `what` describes. */
export function reportProgress(what: string, time: Time, log: CopyOptions["log"]): Progress {
  let expected = 0;
  let sent = 0;
  let cancel = () => {};
  const arm = () => {
    cancel = time.after(INTERVAL, () => {
      log.info(`copying ${what}: ${megabytes(sent)} of ${megabytes(expected)} MB so far`);
      arm();
    });
  };
  arm();
  return {
    expect: (bytes) => {
      expected += bytes;
    },
    sent: (bytes) => {
      sent += bytes;
    },
    end: () => cancel(),
  };
}
