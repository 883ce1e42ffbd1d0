import type { ProgramHandle, Runtime } from '@oblique/runtime';
import type { ServedModel } from './inferenceContext.js';

const HANDLES = new WeakMap<Uint8Array, ProgramHandle>();

/** The handle of a model's program; the same bytes are neither hashed nor copied again. */
export function programHandle(runtime: Runtime, { bytes, digest }: ServedModel): ProgramHandle {
  const handle = HANDLES.get(bytes) ?? runtime.load(bytes, digest);
  HANDLES.set(bytes, handle);
  return handle;
}
