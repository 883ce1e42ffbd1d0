export * from './ndarray.js';
