import type { ProgramHandle, Runtime } from '@oblique/runtime';
import type { ServedModel } from './inferenceContext.js';

const HANDLES = new WeakMap<Uint8Array, ProgramHandle>();

/** The handle of a model's program; the same bytes are neither hashed nor copied again. */
export function programHandle(runtime: Runtime, { bytes }: ServedModel): ProgramHandle {
  const handle = HANDLES.get(bytes) ?? runtime.load(bytes);
  HANDLES.set(bytes, handle);
  return handle;
}
