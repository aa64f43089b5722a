/** Writes all bytes at once; false when nobody reads any more. */
export function writeAll(file: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): boolean {
  try {
    for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
    return true;
  } catch {
    return false;
  }
}
