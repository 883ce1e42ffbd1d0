import { readNpz, toNumbers } from '@oblique/arrays';

/** What was recorded of a linear training (docs/linear-learning.md), read from `linear-learning.npz`. */
export class LinearRecord {
  /** Updates done at each record. */
  readonly steps: readonly number[];
  /** λ of every component, falling. */
  readonly variance: readonly number[];
  readonly frequenciesCyclesPerPixel: readonly number[];
  readonly #arrays: ReadonlyMap<string, Float64Array>;

  constructor(bytes: Uint8Array) {
    this.#arrays = new Map([...readNpz(bytes)].map(([name, array]) => [name, toNumbers(array)]));
    this.steps = [...this.series('step')];
    this.variance = [...this.series('variance')];
    this.frequenciesCyclesPerPixel = [...this.series('frequencyCyclesPerPixel')];
  }

  /** One value a record. */
  series(name: string): Float64Array {
    const values = this.#arrays.get(name);
    if (values === undefined) throw new Error(`A linear training has recorded no "${name}".`);
    return values;
  }

  /** One of the columns of a series, such as one component, over the records. */
  column(name: string, index: number): number[] {
    const values = this.series(name);
    const width = values.length / this.steps.length;
    return this.steps.map((_, row) => values[row * width + index] ?? NaN);
  }

  /** What was recorded at one record, such as all frequencies. */
  row(name: string, record: number): number[] {
    const values = this.series(name);
    const width = values.length / this.steps.length;
    return [...values.subarray(record * width, (record + 1) * width)];
  }
}
