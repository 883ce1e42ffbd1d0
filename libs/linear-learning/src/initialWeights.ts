import { ndarray, zeros, type NdArray } from '@oblique/arrays';
import { randomStream, type Seed } from '@oblique/random';
import type { LinearLearningSpec } from './linearLearningSpec.js';
import type { PrincipalComponents } from './patches.js';
import { weightNames, type Precision, type Structure } from './structure.js';

/**
 * The weights that a training starts from, by name, each [pixels, pixels].
 *
 * `aligned`: the product is σ(0) times the identity with factors W_1 = σ(0)^(1/N) P, W_N = σ(0)^(1/N) Pᵀ and
 * σ(0)^(1/N) I between, P having the principal components as rows; tied, W = √σ(0) P.
 */
export function initialWeights(
  structure: Structure,
  { initialisation, initialSize, seed }: Pick<LinearLearningSpec, 'initialisation' | 'initialSize' | 'seed'>,
  components: Pick<PrincipalComponents, 'components'>,
  precision: Precision,
): Map<string, NdArray<Precision>> {
  const names = weightNames(structure);
  return new Map(
    names.map((name, layer) => {
      const values =
        initialisation === 'uniform'
          ? uniform(structure.pixels, initialSize, seed, layer)
          : aligned(structure, initialSize, components.components, layer);
      return [name, inPrecision(values, structure.pixels, precision)];
    }),
  );
}

function uniform(pixels: number, size: number, seed: Seed, layer: number): Float64Array {
  const stream = randomStream(seed, 'linear-learning/initial', layer);
  return Float64Array.from({ length: pixels * pixels }, () => size * (2 * stream.uniform() - 1));
}

function aligned(
  { depth, tied, pixels }: Structure,
  size: number,
  components: Float64Array,
  layer: number,
): Float64Array {
  const factor = size ** (1 / (tied ? 2 : depth));
  const transposed = !tied && depth > 1 && layer === depth - 1;
  const identity = !tied && (depth === 1 || (layer > 0 && layer < depth - 1));
  const values = zeros('float64', [pixels, pixels]).data;
  for (let row = 0; row < pixels; row++) {
    for (let column = 0; column < pixels; column++) {
      const entry = identity
        ? Number(row === column)
        : (components[transposed ? column * pixels + row : row * pixels + column] ?? NaN);
      values[row * pixels + column] = factor * entry;
    }
  }
  return values;
}

function inPrecision(values: Float64Array, pixels: number, precision: Precision): NdArray<Precision> {
  const shape = [pixels, pixels];
  return precision === 'float32'
    ? ndarray('float32', shape, Float32Array.from(values))
    : ndarray('float64', shape, values);
}
