import { randomStream, type Seed } from '@oblique/random';
import type { Shuffle } from './linearLearningSpec.js';

/** Groups that a batch is made of where groups are shuffled, if it has as many patches. */
const GROUPS_PER_BATCH = 8;

/** Which units (patches, or groups of patches) each update learns from: a function of seed and update alone. */
export class BatchOrder {
  /** Rows of patches in each group, in a random order; empty where patches are shuffled. */
  readonly groups: readonly Uint32Array[];
  readonly updatesPerEpoch: number;
  readonly #units: number;
  readonly #unitsPerBatch: number;
  readonly #seed: Seed;
  #epoch = -1;
  #permutation: Uint32Array = new Uint32Array();

  constructor(options: {
    readonly patches: number;
    readonly batchSize: number;
    readonly shuffle: Shuffle;
    readonly seed: Seed;
  }) {
    const { patches, batchSize, shuffle, seed } = options;
    this.#seed = seed;
    const groupSize = shuffle === 'groups' ? Math.ceil(batchSize / GROUPS_PER_BATCH) : 1;
    this.groups = shuffle === 'groups' ? divide(patches, groupSize, seed) : [];
    this.#units = shuffle === 'groups' ? this.groups.length : patches;
    this.#unitsPerBatch = Math.round(batchSize / groupSize);
    this.updatesPerEpoch = Math.ceil(this.#units / this.#unitsPerBatch);
  }

  /** The units of update `step`, 0 being the first. The last batch of an epoch may be smaller. */
  units(step: number): Uint32Array {
    const epoch = Math.floor(step / this.updatesPerEpoch);
    if (epoch !== this.#epoch) {
      this.#permutation = randomStream(this.#seed, 'linear-learning/epoch', epoch).permutation(this.#units);
      this.#epoch = epoch;
    }
    const start = (step % this.updatesPerEpoch) * this.#unitsPerBatch;
    return this.#permutation.subarray(start, start + this.#unitsPerBatch);
  }
}

function divide(patches: number, groupSize: number, seed: Seed): Uint32Array[] {
  const order = randomStream(seed, 'linear-learning/groups').permutation(patches);
  const groups: Uint32Array[] = [];
  for (let start = 0; start < patches; start += groupSize)
    groups.push(order.subarray(start, start + groupSize));
  return groups;
}
