/** A copy that would be made. */
export interface RecordedCopy {
  /** `registry.example.com:5000/shop/web@sha256:…` */
  readonly from: string;
  /** `bsl://velero/default/shop/web:1`; without a tag by digest only. */
  readonly to: string;
  /** Blobs that would be sent, and their bytes. */
  readonly blobs: number;
  readonly bytes: number;
  /** Blobs that are there already, or in another repository of the same place. */
  readonly present: number;
  /** The whole image is there already. */
  readonly complete: boolean;
  /** Why the figures are not known: a place cannot be looked at from here. */
  readonly unknown?: string;
}

/** `would copy … to …: 3 blobs, 12.3 MB; 2 blobs are there already`. */
export function describeCopy({ from, to, blobs, bytes, present, complete, unknown }: RecordedCopy): string {
  if (unknown !== undefined) return `would copy ${from} to ${to}; how much is not known: ${unknown}`;
  if (complete) return `would not copy ${from} to ${to}: it is there already`;
  const there = present === 0 ? "" : `; ${counted(present)} there already`;
  return `would copy ${from} to ${to}: ${blobs} blob${blobs === 1 ? "" : "s"}, ${
    megabytes(bytes)
  } MB${there}`;
}

function counted(blobs: number): string {
  return blobs === 1 ? "1 blob is" : `${blobs} blobs are`;
}

/** Bytes as megabytes, such as `12.3`. */
export function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
