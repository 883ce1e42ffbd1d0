import type { Program } from '@oblique/onnx';
import type { Runtime } from '@oblique/runtime';

/** A model as inference needs it. */
export interface ServedModel {
  readonly program: Program;
  /** The program as an ONNX file; never changed, and best the same object every time. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes: the model's version in the protocol. */
  readonly digest: `sha256:${string}`;
}

/** Where inference finds models. */
export interface ModelProvider {
  /** The model of this name, or undefined. */
  find(name: string): Promise<ServedModel | undefined>;
  /** The names there are, for messages. */
  list(): Promise<readonly string[]>;
}

/** What the protocol's methods work on. */
export interface InferenceContext {
  readonly models: ModelProvider;
  readonly runtime: Runtime;
}
