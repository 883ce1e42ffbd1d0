export { KERNELS } from './kernels.js';
export type { Kernel, KernelContext, Tensor, Tf } from './kernel.js';
export { loadTensorflow, TensorflowUnavailableError, type LoadedTensorflow } from './loadTensorflow.js';
export { NotOnTensorflowError, TensorflowProgram } from './tensorflowProgram.js';
