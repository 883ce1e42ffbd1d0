import { readNpz, toNumbers } from '@oblique/arrays';

/** One axis of the grid that was measured. */
export interface Axis {
  readonly name: string;
  /** In user units: degrees, pixels, cycles/pixel. */
  readonly values: Float64Array;
}

/** What a `sensitivity.npz` holds. */
export interface Sensitivity {
  /** In the order of the arrays' axes. */
  readonly axes: readonly Axis[];
  /** D by layer, from the first layer to the last; row-major over the axes; finite and not negative. */
  readonly layers: ReadonlyMap<string, Float64Array>;
}

/** The archive is no measurement of sensitivity, or one that no number can come of. */
export class InvalidSensitivityError extends Error {
  override readonly name = 'InvalidSensitivityError';
}

/** The measurement has no axis of the name asked for. */
export class UnknownAxisError extends Error {
  override readonly name = 'UnknownAxisError';
}

const PREFIX = 'D/';

/**
 * Reads a `sensitivity.npz`: arrays `D/<layer>`, and the grid's axes under their own names; D's axes are in the order
 * in which the other members stand in the file.
 * @param name what to call the file in messages
 * @throws MalformedArrayError where the bytes are no .npz
 * @throws InvalidSensitivityError where shapes disagree, layers or axes are missing, or D is negative or not finite
 */
export function readSensitivity(file: Uint8Array, name = 'the measurement'): Sensitivity {
  const axes: Axis[] = [];
  const layers = new Map<string, Float64Array>();
  const shapes = new Map<string, readonly number[]>();
  for (const [member, array] of readNpz(file, name)) {
    const values = toNumbers(array);
    if (member.startsWith(PREFIX)) {
      const layer = member.slice(PREFIX.length);
      requireMeasurable(values, layer, name);
      layers.set(layer, values);
      shapes.set(layer, array.shape);
    } else {
      if (array.shape.length !== 1 || values.length === 0 || !values.every(Number.isFinite)) {
        throw new InvalidSensitivityError(
          `"${member}" in ${name} is no axis of a grid: it must be a list of one or more finite numbers, and has shape [${array.shape.join(', ')}].`,
        );
      }
      axes.push({ name: member, values });
    }
  }
  if (layers.size === 0) throw new InvalidSensitivityError(`${name} has no arrays named ${PREFIX}<layer>.`);
  const expected = axes.map(({ values }) => values.length).join(', ');
  for (const [layer, shape] of shapes) {
    if (shape.join(', ') !== expected) {
      const grid = axes.map((axis) => `${axis.name} (${axis.values.length})`).join(', ') || 'none';
      throw new InvalidSensitivityError(
        `${PREFIX}${layer} in ${name} has shape [${shape.join(', ')}], but the grid's axes are ${grid}.`,
      );
    }
  }
  return { axes, layers };
}

/** D of one layer laid out as rows of one axis against all others. */
export interface Table {
  /** Values of the axis kept. */
  readonly values: Float64Array;
  /** The other axes, in order; `columns` runs over them in row-major order. */
  readonly nuisance: readonly Axis[];
  readonly columns: number;
  /** D by layer, [values, columns] row-major. */
  readonly layers: ReadonlyMap<string, Float64Array>;
}

/**
 * Brings one axis to the front.
 * @throws UnknownAxisError
 */
export function alongAxis({ axes, layers }: Sensitivity, name: string): Table {
  const position = axes.findIndex((axis) => axis.name === name);
  const kept = axes[position];
  if (!kept) {
    const found = axes.map((axis) => axis.name).join(', ') || 'none';
    throw new UnknownAxisError(`There is no axis "${name}" in the measurement; its axes are: ${found}.`);
  }
  const inner = axes.slice(position + 1).reduce((product, { values }) => product * values.length, 1);
  const rows = kept.values.length;
  const nuisance = axes.filter((axis) => axis !== kept);
  const columns = nuisance.reduce((product, { values }) => product * values.length, 1);
  const moved = new Map<string, Float64Array>();
  for (const [layer, d] of layers) {
    const table = new Float64Array(d.length);
    for (let index = 0; index < d.length; index++) {
      const row = Math.floor(index / inner) % rows;
      const column = Math.floor(index / (inner * rows)) * inner + (index % inner);
      table[row * columns + column] = d[index] ?? NaN;
    }
    moved.set(layer, table);
  }
  return { values: kept.values, nuisance, columns, layers: moved };
}

function requireMeasurable(values: Float64Array, layer: string, name: string): void {
  const position = values.findIndex((value) => !(value >= 0 && value < Infinity));
  if (position >= 0) {
    throw new InvalidSensitivityError(
      `${PREFIX}${layer} in ${name} has the value ${values[position]} at element ${position}; sensitivities are finite and not negative. A NaN marks a point where the network or its derivative is no finite number (MeasureSensitivity says why): leave it out of the grid, or measure in float64.`,
    );
  }
}
