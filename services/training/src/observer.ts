import { float64, int64, toNumbers, type NdArray } from '@oblique/arrays';
import { selectLayers, type Layer } from '@oblique/networks';
import type { Program } from '@oblique/onnx';
import type { Runtime } from '@oblique/runtime';
import { measureSensitivity, NonFiniteSensitivityError } from '@oblique/sensitivity';
import { findFamily, sizedPoint } from '@oblique/stimuli';
import type { ObservationPlan } from './readObservations.js';

/** Pixels run at once. Weights are fed with every batch, so that small images go further in large ones. */
const BATCH_PIXELS = 10 * 224 ** 2;

interface Observed {
  readonly plan: ObservationPlan;
  /** An object of its own, as each holds one program to measure with. */
  readonly network: Program;
  readonly layers: readonly Layer[];
  /** By layer name, the values of all steps one after the other. */
  readonly d: ReadonlyMap<string, number[]>;
}

/** Measures sensitivity while a network learns: one program a stimulus, the weights of the step being fed to it. */
export class Observer {
  readonly #runtime: Runtime;
  readonly #steps: number[];
  readonly #observed: readonly Observed[];
  readonly #sizePixels: number;

  /**
   * @param earlier What {@link archive} gave before the training was interrupted.
   * @throws UnknownLayerError
   */
  constructor(
    runtime: Runtime,
    network: Program,
    sizePixels: number,
    plans: readonly ObservationPlan[],
    earlier: ReadonlyMap<string, NdArray>,
  ) {
    const values = (name: string): number[] => {
      const array = earlier.get(name);
      return array === undefined ? [] : [...toNumbers(array)];
    };
    this.#runtime = runtime;
    this.#sizePixels = sizePixels;
    this.#steps = values('step');
    this.#observed = plans.map((plan) => {
      const layers = selectLayers(network, plan.layers);
      const d = new Map(layers.map(({ name }) => [name, values(member(plan, `D/${name}`))]));
      return { plan, network: { ...network }, layers, d };
    });
  }

  /** Measures with these weights. @throws NonFiniteSensitivityError, SensitivityError, UnsupportedOperatorError */
  async observe(step: number, weights: ReadonlyMap<string, NdArray>): Promise<void> {
    if (this.#observed.length === 0) return;
    for (const { plan, network, layers, d } of this.#observed) {
      const { stimulus, variable, grid } = plan;
      const widthPixels = stimulus.widthPixels || this.#sizePixels;
      const heightPixels = stimulus.heightPixels || this.#sizePixels;
      const size = { widthPixels, heightPixels };
      const varied = grid.map(({ parameter }) => parameter);
      const measured = await measureSensitivity({
        runtime: this.#runtime,
        network,
        stimulus: {
          ...stimulus,
          ...size,
          parameters: sizedPoint(findFamily(stimulus.family), stimulus.parameters, size, varied),
        },
        variable,
        grid,
        layers,
        weights,
        batchSize: Math.max(1, Math.floor(BATCH_PIXELS / (widthPixels * heightPixels))),
      });
      const [mark] = measured.marked;
      // What a curve over steps would be missing is said at once.
      if (mark !== undefined) {
        const { layer, point, message } = mark;
        throw new NonFiniteSensitivityError(
          'model',
          `D of layer ${layer} is no finite number at point ${point} of the grid ${plan.name}, step ${step}: ${message}`,
        );
      }
      for (const [layer, values] of measured.d) d.get(layer)?.push(...values);
    }
    this.#steps.push(step);
  }

  /** The members of `observations.npz`; none where nothing is observed. */
  archive(): Map<string, NdArray> {
    if (this.#observed.length === 0) return new Map();
    const count = this.#steps.length;
    return new Map<string, NdArray>([
      ['step', int64([count], this.#steps)],
      ...this.#observed.flatMap(({ plan, d }) => {
        const shape = [count, ...plan.grid.map(({ values }) => values.length)];
        return [
          ...[...d].map(([layer, values]) => [member(plan, `D/${layer}`), float64(shape, values)] as const),
          ...plan.grid.map(
            ({ parameter, values }) => [member(plan, parameter), float64([values.length], values)] as const,
          ),
        ];
      }),
    ]);
  }
}

function member({ name }: ObservationPlan, rest: string): string {
  return `${name}/${rest}`;
}
