import { readNpz, toNumbers, type NdArray } from '@oblique/arrays';
import { parseDigest, type Digest } from '@oblique/artifacts';
import type { trainingV1 } from '@oblique/contracts';
import type { ReportNetwork } from '@oblique/report';
import type { NeededSteps } from '@oblique/workflow';
import type { FindingsContext } from './analysis.js';
import { axesOf, type AxesByName, type Axis, type Place, type PlaceOf } from './axis.js';
import { SEED } from './overSeeds.js';
import { aboutOf, placesOf, Quantity, type About } from './quantity.js';
import type { Source } from './source.js';
import { readTrainValue, trainStep } from './steps/trainStep.js';

/** One training of several: where it stands on their axes, and its seed. */
export interface Run<Axes extends AxesByName> {
  readonly at: PlaceOf<Axes>;
  readonly seed: number;
}

/** Trainings that differ in a few things, which are the axes: at every place of them one for each seed. */
export interface Trainings<Axes extends AxesByName> {
  readonly over: Axes;
  readonly seeds: readonly number[];
  /** Unique within the study. */
  readonly id: (run: Run<Axes>) => string;
  /** For people, e.g. "training on gratings, seed 0". */
  readonly description: (run: Run<Axes>) => string;
  readonly spec: (run: Run<Axes>, needed: NeededSteps) => trainingV1.TrainingSpec;
  /** Steps that the specification refers to. */
  readonly needs?: (run: Run<Axes>) => readonly string[];
  readonly cost: (run: Run<Axes>) => number;
  /** A row of the report's table for the seeds of a place; it gets the digest of the first. */
  readonly network?: (at: PlaceOf<Axes>) => Omit<ReportNetwork, 'digest' | 'origin'>;
  readonly methods?: readonly string[];
}

/** Trainings as data: what was measured while they ran, over their axes and the axis "seed", which comes last. */
export function trainings<Axes extends AxesByName>(asked: Trainings<Axes>): Source<Trained> {
  const { over, seeds, id, description, spec, needs, cost, network, methods = [] } = asked;
  const axes = axesOf(over);
  const runs = placesOf(axes).flatMap((place) =>
    // A place on these axes has a coordinate of each of them.
    seeds.map((seed) => ({ at: place as PlaceOf<Axes>, place: { ...place, [SEED]: seed }, seed })),
  );
  return {
    methods,
    steps: (services) =>
      runs.map((run) =>
        trainStep(
          {
            id: id(run),
            description: description(run),
            needs: needs?.(run) ?? [],
            spec: (needed) => spec(run, needed),
            cost: cost(run),
          },
          services,
        ),
      ),
    networks: (needed) =>
      runs.flatMap((run): ReportNetwork[] =>
        network === undefined || run.seed !== seeds[0]
          ? []
          : [{ ...network(run.at), origin: 'trained', digest: needed.result(id(run), 'model.onnx').digest }],
      ),
    read: async (context) =>
      new Trained(
        [...axes, ...axesOf({ [SEED]: seeds })],
        await Promise.all(runs.map((run) => readMember(run.place, id(run), context))),
      ),
  };
}

/** One training, read. */
export interface TrainedMember {
  readonly place: Place;
  /** Members of its `observations.npz`; none where nothing was observed. */
  readonly observations: ReadonlyMap<string, NdArray>;
  /** Members of its `metrics.npz`. */
  readonly metrics: ReadonlyMap<string, NdArray>;
  /** Of the observations, or of the metrics where nothing was observed. */
  readonly digest: string;
  /** The network of the last step. */
  readonly model: Digest;
  /** The networks that were kept, by step. */
  readonly checkpoints: ReadonlyMap<number, Digest>;
}

/** What was measured on trainings, over their axes. */
export class Trained {
  constructor(
    readonly axes: readonly Axis[],
    /** In row-major order of the axes. */
    readonly members: readonly TrainedMember[],
  ) {}

  /**
   * D at every observed step: over the trainings' axes, the layers in the order of depth, the step, and the stimulus
   * axes named; the mean over the stimulus's other axes.
   */
  sensitivity(observation: string, along: readonly string[]): Quantity {
    const [first] = this.members;
    if (first === undefined) throw new Error('There are no trainings.');
    const prefix = `${observation}/D/`;
    const layers = [...first.observations.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
    const grid = [...first.observations].flatMap(([name, array]) => {
      const [, axis] = /^([^/]+)\/([^/]+)$/su.exec(name)?.slice(1) ?? [];
      return axis !== undefined && name.startsWith(`${observation}/`)
        ? [{ name: axis, values: numbers(array) }]
        : [];
    });
    const kept = grid.filter(({ name }) => along.includes(name));
    const own = [{ name: 'layer', values: layers, ordered: true }, stepsOf(this.members), ...kept];
    return new Quantity(
      aboutOf({ name: 'D', title: 'D' }),
      [...this.axes, ...own],
      this.members.flatMap((member) => this.#sensitivityOf(member, observation, layers, grid, own)),
      this.#provenance(),
    );
  }

  /** A number of every training. */
  each(compute: (member: TrainedMember) => number, about: Partial<About> & Pick<About, 'name'>): Quantity {
    return new Quantity(aboutOf(about), this.axes, this.members.map(compute), this.#provenance());
  }

  /** A number of every training at some of its observed steps. */
  eachStep(
    compute: (member: TrainedMember, step: number) => number | undefined,
    about: Partial<About> & Pick<About, 'name'>,
  ): Quantity {
    const steps = stepsOf(this.members);
    const values = this.members.flatMap((member) => {
      const own = new Set(numbers(arrayOf(member.observations, 'step')));
      return steps.values.map((step) => (own.has(step) ? compute(member, step) : undefined));
    });
    return new Quantity(aboutOf(about), [...this.axes, steps], values, this.#provenance());
  }

  #provenance(): string[] {
    return this.members.map(({ digest }) => digest);
  }

  #sensitivityOf(
    { observations }: TrainedMember,
    observation: string,
    layers: readonly string[],
    grid: readonly { readonly name: string; readonly values: readonly number[] }[],
    axes: readonly Axis[],
  ): (number | undefined)[] {
    const steps = numbers(arrayOf(observations, 'step'));
    const kept = axes.slice(2);
    const keptSize = kept.reduce((size, { values }) => size * values.length, 1);
    const stride = grid.reduce((size, { values }) => size * values.length, 1);
    const target = targets(grid, kept);
    const [, stepAxis] = axes;
    return layers.flatMap((layer) => {
      const measured = toNumbers(arrayOf(observations, `${observation}/D/${layer}`));
      const byStep = new Map(
        steps.map((step, index) => {
          const sums = new Float64Array(keptSize);
          for (let point = 0; point < stride; point++) {
            const place = target[point];
            const value = measured[index * stride + point];
            if (place === undefined || value === undefined) throw new Error(`D of ${layer} is too short.`);
            sums[place] = (sums[place] ?? NaN) + value;
          }
          return [step, Array.from(sums, (sum) => sum / (stride / keptSize))] as const;
        }),
      );
      return (stepAxis?.values ?? []).flatMap(
        (step) => byStep.get(Number(step)) ?? Array.from({ length: keptSize }, () => undefined),
      );
    });
  }
}

/** For each point of a grid, in row-major order, its place on the axes that are kept. */
function targets(
  grid: readonly { readonly name: string; readonly values: readonly number[] }[],
  kept: readonly Axis[],
): number[] {
  return grid.reduce<number[]>(
    (places, { name, values }) => {
      const isKept = kept.some((axis) => axis.name === name);
      return places.flatMap((place) =>
        values.map((_, index) => (isKept ? place * values.length + index : place)),
      );
    },
    [0],
  );
}

/** Every step at which any of them was observed. */
function stepsOf(members: readonly TrainedMember[]): Axis<number> {
  const all = members.flatMap(({ observations }) => numbers(arrayOf(observations, 'step')));
  return { name: 'step', values: [...new Set(all)].sort((a, b) => a - b) };
}

async function readMember(
  place: Place,
  id: string,
  { store, needed }: FindingsContext,
): Promise<TrainedMember> {
  const archive = async (kind: string) => {
    const { digest } = needed.result(id, kind);
    return { digest, arrays: readNpz(await store.get(digest), `${kind} of "${id}"`) };
  };
  const metrics = await archive('metrics.npz');
  const isObserved = needed.results(id).some(({ kind }) => kind === 'observations.npz');
  const observed = isObserved
    ? await archive('observations.npz')
    : { digest: metrics.digest, arrays: new Map<string, NdArray>() };
  const { checkpoints } = needed.value(id, readTrainValue);
  return {
    place,
    observations: observed.arrays,
    metrics: metrics.arrays,
    digest: observed.digest,
    model: needed.result(id, 'model.onnx').digest,
    checkpoints: new Map(checkpoints.map(({ step, digest }) => [step, parseDigest(digest)])),
  };
}

/** @throws Error naming the member that is missing */
export function arrayOf(archive: ReadonlyMap<string, NdArray>, name: string): NdArray {
  const array = archive.get(name);
  if (array === undefined)
    throw new Error(`There is no "${name}"; there are: ${[...archive.keys()].join(', ') || 'none'}.`);
  return array;
}

function numbers(array: NdArray): number[] {
  return [...toNumbers(array)];
}
