import type { NdArray } from '@oblique/arrays';
import type { Feeds, Signature } from './messages.js';

/** What executes programs in a worker. */
export interface Executor {
  /** Name and version, e.g. `onnxruntime 1.30.0`. */
  readonly name: string;
  /** Makes a program (the bytes of an ONNX file) ready to run. */
  load(program: Uint8Array): Promise<Session>;
}

/** A program that is ready to run. */
export interface Session {
  readonly signature: Signature;
  /** Feeds and names were checked against the signature. */
  run(feeds: Feeds, outputs: readonly string[]): Promise<Record<string, NdArray>>;
  release(): Promise<void>;
}
