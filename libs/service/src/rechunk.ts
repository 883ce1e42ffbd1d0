/** Sizes of the pieces in which artifacts travel, in bytes. */
const SMALLEST_CHUNK_BYTES = 256 * 1024;
const LARGEST_CHUNK_BYTES = 1024 * 1024;

/** The same bytes in chunks of 256 KiB to 1 MiB (the last may be smaller; no bytes give no chunk). */
export async function* rechunk(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  for await (const bytes of source) {
    for (let start = 0; start < bytes.length; start += LARGEST_CHUNK_BYTES) {
      const piece = bytes.subarray(start, start + LARGEST_CHUNK_BYTES);
      if (waitingBytes + piece.length > LARGEST_CHUNK_BYTES) {
        yield Buffer.concat(waiting);
        [waiting, waitingBytes] = [[], 0];
      }
      waiting.push(piece);
      waitingBytes += piece.length;
      if (waitingBytes >= SMALLEST_CHUNK_BYTES) {
        yield waiting.length === 1 ? piece : Buffer.concat(waiting);
        [waiting, waitingBytes] = [[], 0];
      }
    }
  }
  if (waitingBytes > 0) yield Buffer.concat(waiting);
}
