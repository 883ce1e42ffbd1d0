export * from './ndarray.js';
export { MalformedArrayError, readNpy, readNpyHeader, writeNpy, type NpyHeader } from './npy.js';
export { readNpz, writeNpz } from './npz.js';
