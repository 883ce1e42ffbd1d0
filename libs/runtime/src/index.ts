export {
  Runtime,
  type RunOptions,
  type RuntimeInfo,
  type RuntimeOptions,
  type RuntimeUsage,
  type WorkKind,
} from './runtime.js';
export { MemoryBudget, type MemorySource } from './memoryBudget.js';
export { FairQueue, type Waiting } from './fairQueue.js';
export { ProgramHandle } from './programHandle.js';
export type { Device, ExecutorName, Feeds, Signature, TensorSignature } from './messages.js';
export * from './errors.js';
