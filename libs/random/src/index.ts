export { philox } from './philox.js';
export { normalQuantile } from './normalQuantile.js';
export { RandomStream, randomStream } from './randomStream.js';
export { seedFrom, type JsonSeed, type Seed } from './seed.js';
