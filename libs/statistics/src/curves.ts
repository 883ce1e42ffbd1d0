import { mean } from 'simple-statistics';
import { alongAxis, type Sensitivity } from './sensitivity.js';

/** A layer's sensitivity along one axis. */
export interface Curve {
  readonly layer: string;
  /** D averaged over all other axes. */
  readonly d: readonly number[];
  /** Its square root. */
  readonly rootD: readonly number[];
  /** The root divided by its sum over the axis; NaN for a layer that has no sensitivity anywhere. */
  readonly normalised: readonly number[];
}

/**
 * Curves of every layer along the axis: D is averaged over the nuisance axes first, the root is taken after
 * (Benjamin et al. 2022, Methods: D is marginalised, not its root).
 * @throws UnknownAxisError
 */
export function normaliseCurves(sensitivity: Sensitivity, axis: string): Curve[] {
  const table = alongAxis(sensitivity, axis);
  return [...table.layers].map(([layer, values]) => {
    const d = Array.from(table.values, (_, row) =>
      mean([...values.subarray(row * table.columns, (row + 1) * table.columns)]),
    );
    const rootD = d.map(Math.sqrt);
    const sum = rootD.reduce((total, value) => total + value, 0);
    return { layer, d, rootD, normalised: rootD.map((value) => value / sum) };
  });
}
