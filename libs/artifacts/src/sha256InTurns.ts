import type { Digest } from './artifact.js';
import { hashedCopy, inPieces } from './hashedCopy.js';

/** The digest of many bytes; between pieces of them, others of the event loop have their turn. */
export async function sha256InTurns(bytes: Uint8Array): Promise<Digest> {
  const { digest } = await hashedCopy(inPieces(bytes), () => Promise.resolve());
  return digest;
}
