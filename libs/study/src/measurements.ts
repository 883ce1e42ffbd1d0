import { stimulusV1 } from '@oblique/contracts';
import type { ReportNetwork } from '@oblique/report';
import { readSensitivity } from '@oblique/statistics';
import type { Step } from '@oblique/workflow';
import type { FindingsContext } from './analysis.js';
import { axesOf, type AxesByName, type Axis } from './axis.js';
import { SEED } from './overSeeds.js';
import { aboutOf, placesOf, Quantity } from './quantity.js';
import type { Services } from './services.js';
import type { Source } from './source.js';
import { measureStep } from './steps/measureStep.js';
import { builtModel, givenModel } from './steps/modelSteps.js';
import type { Run } from './trainings.js';
import type { PlaceOf } from './axis.js';

/** A network that the serving service knows by this name or digest, or an untrained one of a built-in architecture. */
export type MeasuredNetwork = string | { readonly architecture: string; readonly sizePixels: number };

/** What a stimulus is, beside the values of its grid. */
export interface MeasuredStimulus {
  /** e.g. "gabor", "grating", "hue". */
  readonly family: string;
  readonly sizePixels: number;
  /** In the family's own units. */
  readonly parameters?: Readonly<Record<string, number>>;
}

/** Measurements that differ in a few things, which are the axes: at every place of them one for each seed. */
export interface Measurements<Axes extends AxesByName> {
  readonly over: Axes;
  /** Of untrained networks; one that is given is the same for all seeds. */
  readonly seeds: readonly number[];
  readonly network: (at: PlaceOf<Axes>) => MeasuredNetwork;
  readonly stimulus: (at: PlaceOf<Axes>) => MeasuredStimulus;
  /** The parameter that D is the sensitivity to. */
  readonly variable: string;
  /** Values of the stimulus's parameters: the axes of D. */
  readonly grid: Readonly<Record<string, readonly number[]>>;
  /** `auto`, `all`, names or patterns with *; default: auto. */
  readonly layers?: readonly string[];
  /** Axes of the grid that D is averaged over. */
  readonly average?: readonly string[];
}

/** Measurements as data: D over their axes, the seed, the layer in the order of depth, and the grid. */
export function measurements<Axes extends AxesByName>(asked: Measurements<Axes>): Source<Quantity> {
  const { over, seeds, network, variable, grid, layers = ['auto'], average = [] } = asked;
  const axes = axesOf(over);
  const runs = placesOf(axes).flatMap((place) =>
    // A place on these axes has a coordinate of each of them.
    seeds.map((seed) => ({ at: place as PlaceOf<Axes>, words: wordsOf({ ...place, [SEED]: seed }), seed })),
  );
  return {
    steps: (services) => {
      const models = new Map<string, Step>();
      const measuring = runs.map((run) => {
        const model = modelOf(network(run.at), run.seed, services);
        models.set(model.id, model);
        return measureStep(
          {
            id: `measure ${run.words}`,
            description: `measuring ${run.words}`,
            modelStep: model.id,
            variable,
            grid: Object.entries(grid).map(([parameter, values]) => ({ parameter, values: [...values] })),
            layers,
            precision: 'float32',
            stimulus: () => specOf(asked.stimulus(run.at)),
            cost: Object.values(grid).reduce((points, { length }) => points * length, 1) / 100,
          },
          services,
        );
      });
      return [...models.values(), ...measuring];
    },
    networks: (needed) =>
      runs.map((run) => {
        const measured = network(run.at);
        const id = idOf(measured, run.seed);
        return { ...rowOf(measured, run), digest: needed.result(id, 'model.onnx').digest };
      }),
    read: async (context) => {
      const read = await Promise.all(runs.map(({ words }) => readMeasured(`measure ${words}`, context)));
      const layer = {
        name: 'layer',
        values: [...new Set(read.flatMap(({ d }) => [...d.keys()]))],
        ordered: true,
      };
      const gridAxes = axesOf(grid);
      const size = gridAxes.reduce((points, { values }) => points * values.length, 1);
      const whole = new Quantity(
        aboutOf({ name: 'D', title: 'D', words: 'D' }),
        [...axes, ...axesOf({ [SEED]: seeds }), layer, ...gridAxes],
        read.flatMap(({ d }) =>
          layer.values.flatMap((name): (number | undefined)[] => {
            const values = d.get(name);
            return values === undefined ? Array.from({ length: size }, () => undefined) : [...values];
          }),
        ),
        read.map(({ digest }) => digest),
      );
      return average.reduce((quantity, name) => quantity.mean(name), whole);
    },
  };
}

function modelOf(network: MeasuredNetwork, seed: number, services: Services): Step {
  const id = idOf(network, seed);
  if (typeof network === 'string') return givenModel(id, network, services);
  const { architecture, sizePixels } = network;
  return builtModel(id, { architecture, seed, inputSizePixels: sizePixels }, services);
}

function idOf(network: MeasuredNetwork, seed: number): string {
  if (typeof network === 'string') return `model ${network}`;
  return `model ${network.architecture} of ${network.sizePixels} pixels, seed ${seed}`;
}

function rowOf<Axes extends AxesByName>(network: MeasuredNetwork, { seed }: Run<Axes>): ReportNetwork {
  return typeof network === 'string'
    ? { name: network, origin: 'unknown', description: 'A network that was given.' }
    : {
        name: `${network.architecture} seed ${seed}`,
        origin: 'untrained',
        description: `Built-in architecture for images of ${network.sizePixels} pixels, initial weights.`,
      };
}

function specOf({ family, sizePixels, parameters = {} }: MeasuredStimulus): stimulusV1.StimulusSpec {
  return stimulusV1.StimulusSpec.fromPartial({
    family,
    widthPixels: sizePixels,
    heightPixels: sizePixels,
    stretch: stimulusV1.Stretch.STRETCH_NONE,
    input: stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT,
    parameters: { ...parameters },
  });
}

/** D by layer, row-major over the grid. @throws Error where the grid came back in another order */
async function readMeasured(
  id: string,
  { store, needed }: FindingsContext,
): Promise<{ readonly d: ReadonlyMap<string, Float64Array>; readonly digest: string }> {
  const { digest } = needed.result(id, 'sensitivity.npz');
  return { d: readSensitivity(await store.get(digest), `the measurement "${id}"`).layers, digest };
}

function wordsOf(place: Readonly<Record<string, Axis['values'][number]>>): string {
  return Object.entries(place)
    .map(([name, coordinate]) => `${name} ${coordinate}`)
    .join(', ');
}
