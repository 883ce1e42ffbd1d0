import { float64, toNumbers, type NdArray } from '@oblique/arrays';
import { acuityCyclesPerPixel, searchedAcuityCyclesPerPixel } from './acuity.js';
import { EigenSolver } from './eigenSolver.js';
import { frequencySensitivity } from './frequencySensitivity.js';
import type { LinearLearningSpec } from './linearLearningSpec.js';
import type { PrincipalComponents } from './patches.js';

/** What is kept of every recorded step, with the axis that follows that of steps. */
const SERIES = {
  learned: 'component',
  learnedSquared: 'component',
  singularValues: 'component',
  sensitivityProduct: 'frequency',
  sensitivityFirst: 'frequency',
  acuityProductCyclesPerPixel: undefined,
  acuityFirstCyclesPerPixel: undefined,
  searchedAcuityProductCyclesPerPixel: undefined,
  searchedAcuityFirstCyclesPerPixel: undefined,
  loss: undefined,
} as const;
type Series = keyof typeof SERIES;
const NAMES = Object.keys(SERIES) as Series[];

type Entry = ReadonlyMap<Series, Float64Array>;

/** What was measured of a linear autoencoder, step by step. */
export class RecordBook {
  readonly #spec: LinearLearningSpec;
  readonly #variance: Float64Array;
  readonly #solver = new EigenSolver();
  readonly #entries = new Map<number, Promise<Entry>>();

  /** @param resumed what {@link arrays} gave, to go on from; empty at first */
  constructor(
    spec: LinearLearningSpec,
    { variance }: Pick<PrincipalComponents, 'variance'>,
    resumed: ReadonlyMap<string, NdArray>,
  ) {
    this.#spec = spec;
    this.#variance = variance;
    const steps = resumed.get('step');
    if (steps === undefined) return;
    for (const [row, step] of toNumbers(steps).entries()) {
      const entry = new Map(NAMES.map((name) => [name, rowOf(resumed.get(name), row)]));
      this.#entries.set(step, Promise.resolve(entry));
    }
  }

  /** Takes the outputs of the measuring program after `step` updates. */
  add(step: number, measured: ReadonlyMap<string, NdArray>): void {
    if (this.#entries.has(step)) return;
    const entry = this.#entry(measured, [...this.#entries.values()].at(-1));
    // Whoever asks for the arrays hears of it.
    entry.catch(() => undefined);
    this.#entries.set(step, entry);
  }

  /** The series of all steps, in the order in which they were added, with the axes. */
  async arrays(): Promise<Map<string, NdArray>> {
    const entries = await Promise.all(this.#entries.values());
    const { frequenciesCyclesPerPixel } = this.#spec;
    const axes = { component: this.#variance.length, frequency: frequenciesCyclesPerPixel.length };
    const series = NAMES.map((name) => {
      const axis = SERIES[name];
      const shape = axis === undefined ? [entries.length] : [entries.length, axes[axis]];
      return [
        name,
        float64(
          shape,
          entries.flatMap((entry) => [...(entry.get(name) ?? [])]),
        ),
      ] as const;
    });
    return new Map<string, NdArray>([
      ['step', float64([entries.length], this.#entries.keys())],
      ['variance', float64([axes.component], this.#variance)],
      ['frequencyCyclesPerPixel', float64([axes.frequency], frequenciesCyclesPerPixel)],
      ...series,
    ]);
  }

  async close(): Promise<void> {
    await this.#solver.close();
  }

  async #entry(measured: ReadonlyMap<string, NdArray>, previous: Promise<Entry> | undefined): Promise<Entry> {
    const read = (name: string): Float64Array => rowOf(measured.get(name));
    const { tied } = this.#spec;
    const before = await previous;
    const { values } = await this.#solver.decompose(read('gram'));
    return new Map<Series, Float64Array>([
      ['learned', read('learned')],
      ['learnedSquared', read('learnedSquared')],
      // Rounding must not take an eigenvalue of a positive matrix below 0.
      ['singularValues', values.map((value) => (tied ? Math.max(0, value) : Math.sqrt(Math.max(0, value))))],
      ...this.#seen('Product', read('kernelProduct'), before),
      ...this.#seen('First', read('kernelFirst'), before),
      ['loss', read('loss')],
    ]);
  }

  #seen(
    matrix: 'Product' | 'First',
    kernel: Float64Array,
    before: Entry | undefined,
  ): (readonly [Series, Float64Array])[] {
    const { frequenciesCyclesPerPixel, acuityThreshold } = this.#spec;
    const searched = `searchedAcuity${matrix}CyclesPerPixel` as const;
    const previous = before?.get(searched)?.[0] ?? 0;
    return [
      [
        `sensitivity${matrix}`,
        Float64Array.from(frequenciesCyclesPerPixel, (frequency) => frequencySensitivity(kernel, frequency)),
      ],
      [`acuity${matrix}CyclesPerPixel`, Float64Array.of(acuityCyclesPerPixel(kernel, acuityThreshold))],
      [searched, Float64Array.of(searchedAcuityCyclesPerPixel(kernel, acuityThreshold, previous))],
    ];
  }
}

/** One row of an array, or all of it. */
function rowOf(array: NdArray | undefined, row?: number): Float64Array {
  if (array === undefined) throw new Error('A series is missing of a linear training.');
  const values = toNumbers(array);
  if (row === undefined) return values;
  const width = values.length / (array.shape[0] ?? 1);
  return values.subarray(row * width, (row + 1) * width);
}
