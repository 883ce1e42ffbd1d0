import { parseDigest, type ArtifactRef, type Json } from '@oblique/artifacts';
import type { artifactV1 } from '@oblique/contracts';
import { seedFrom } from '@oblique/random';

/**
 * A reference that a service sent.
 * @throws Error where the service sent none: `what` names it.
 */
export function receivedRef(ref: artifactV1.ArtifactRef | undefined, what: string): ArtifactRef {
  if (ref === undefined) throw new Error(`The service answered without ${what}.`);
  return { digest: parseDigest(ref.digest), kind: ref.kind, sizeBytes: ref.sizeBytes };
}

/**
 * Generated messages hold plain JSON values; this says so to the compiler by building one. Seeds, which messages hold as
 * digits, become numbers where a double holds them.
 */
export function messageJson(message: unknown): Json {
  if (message === null || message === undefined) return null;
  if (typeof message === 'number' || typeof message === 'string' || typeof message === 'boolean')
    return message;
  if (Array.isArray(message)) return message.map(messageJson);
  if (typeof message === 'object') {
    return Object.fromEntries(
      Object.entries(message).map(([key, value]) => [
        key,
        key === 'seed' && typeof value === 'string' ? seedFrom(value) : messageJson(value),
      ]),
    );
  }
  throw new TypeError(`A ${typeof message} cannot be written as JSON.`);
}
