export * from './ndarray.js';
export { MalformedArrayError, readNpy, writeNpy } from './npy.js';
export { readNpz, writeNpz } from './npz.js';
