export { philox } from './philox.js';
export { normalQuantile } from './normalQuantile.js';
export { RandomStream, randomStream } from './randomStream.js';
