import { createHash } from 'node:crypto';
import type { Json } from './json.js';

/** `sha256:` and 64 lower-case hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** Names immutable bytes. */
export interface ArtifactRef {
  digest: Digest;
  /** What the bytes are, e.g. `model.onnx`, `sensitivity.npz`. */
  kind: string;
  sizeBytes: number;
}

/** How an artifact came to be: enough to compute it again. */
export interface Provenance {
  /** The step that made it, e.g. `serving.measure-sensitivity`. */
  step: string;
  /** Version of the step's meaning; raised when the same inputs would give another result. */
  version: string;
  parameters: Json;
  inputs: readonly ArtifactRef[];
}

/** What is kept beside an artifact's bytes. */
export interface Manifest {
  artifact: ArtifactRef;
  provenance: Provenance;
  /** ISO 8601, UTC. */
  createdAt: string;
}

/** The digest of these bytes. */
export function sha256(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * The digest that a text from outside names.
 * @throws TypeError where it is none
 */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) {
    throw new TypeError(
      `"${text.slice(0, 100)}" is no digest; one is "sha256:" and 64 lower-case hexadecimal digits.`,
    );
  }
  return text;
}

/** Whether the text is `sha256:` and 64 lower-case hexadecimal digits. */
export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
