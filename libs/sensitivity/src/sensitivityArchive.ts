import { float64, type NdArray } from '@oblique/arrays';
import type { Sensitivity } from './measureSensitivity.js';

/**
 * The members of a `sensitivity.npz`: float64 `D/<layer>` with one axis a grid axis, then the grid's axes under their
 * own names in the order of D's axes.
 */
export function sensitivityArchive({ d, grid }: Pick<Sensitivity, 'd' | 'grid'>): Map<string, NdArray> {
  const shape = grid.map(({ values }) => values.length);
  return new Map<string, NdArray>([
    ...[...d].map(([layer, values]) => [`D/${layer}`, float64(shape, values)] as const),
    ...grid.map(({ parameter, values }) => [parameter, float64([values.length], values)] as const),
  ]);
}
