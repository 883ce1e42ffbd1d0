import type { RandomStream } from '@oblique/random';
import {
  drawWithReplacement,
  percentileInterval,
  resampleStream,
  type Interval,
  type Resampling,
} from './resampling.js';
import { alongAxis, type Sensitivity, type Table } from './sensitivity.js';
import { cardinalWindows, type CardinalWindows } from './windows.js';

/** What is averaged within the windows: D, or its square root. */
export type Quantity = 'D' | 'rootD';

/** One measured network. */
export interface Measurement {
  readonly sensitivity: Sensitivity;
  /** Measurements of the same network with other seeds share this. */
  readonly network: string;
}

export interface RatioOptions {
  /** The orientation axis' name. */
  readonly axis: string;
  readonly halfWidthDeg: number;
  readonly quantity: Quantity;
  readonly resampling: Resampling;
}

/** A layer's cardinal/oblique ratio. */
export interface LayerRatio {
  readonly layer: string;
  /** Geometric mean over the measurements; NaN for a layer without sensitivity in the windows. */
  readonly ratio: number;
  readonly interval: Interval;
  /** One a measurement. */
  readonly ratios: readonly number[];
  /** What the interval is over, e.g. "networks, seeds, phase"; "nothing" where all of these are single. */
  readonly resampledOver: string;
}

/** The ratios, and what they came out as in each resample: [resamples][layers]. */
export interface ResampledRatios {
  readonly layers: readonly LayerRatio[];
  readonly resampled: readonly (readonly number[])[];
}

/** Measurements that are to be taken together have different layers. */
export class MismatchedLayersError extends Error {
  override readonly name = 'MismatchedLayersError';
}

/**
 * Mean of the quantity near 0° and 90° divided by its mean near 45° and 135°, layer by layer. D is averaged over the
 * nuisance axes first; then comes the root, then the windows' means. The interval is a hierarchical percentile
 * bootstrap: networks are drawn, then measurements (seeds) of each drawn network, then for each drawn measurement the
 * values of each nuisance axis; levels with a single member are not drawn. All layers share the draws.
 * @param pause called now and then, so that a long computation can let others in, or be given up by throwing
 * @throws UnknownAxisError
 * @throws EmptyWindowError
 * @throws MismatchedLayersError
 * @throws RangeError where there are no measurements
 */
export async function cardinalObliqueRatio(
  measurements: readonly Measurement[],
  options: RatioOptions,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<ResampledRatios> {
  const prepared = measurements.map((measurement) => prepare(measurement, options));
  const names = sharedLayers(measurements);
  const networks = byNetwork(prepared);
  const resampledOver = levels(networks, prepared);

  const resampled: number[][] = [];
  for (let index = 0; index < options.resampling.resamples; index++) {
    if (index % 16 === 0) await pause();
    const stream = resampleStream(options.resampling.seed, index);
    const drawn = drawWithReplacement(networks, stream)
      .flatMap((members) => drawWithReplacement(members, stream))
      .map((member) => ratiosOf(member, drawnWeights(member.table, stream), options.quantity));
    resampled.push(names.map((_, layer) => geometricMean(drawn.map((ratios) => ratios[layer] ?? NaN))));
  }

  const measured = prepared.map((member) => ratiosOf(member, equalWeights(member.table), options.quantity));
  const layers = names.map((layer, position) => {
    const ratios = measured.map((ofMeasurement) => ofMeasurement[position] ?? NaN);
    const values = resampled.map((resample) => resample[position] ?? NaN);
    const interval = percentileInterval(values, options.resampling.confidence);
    return { layer, ratio: geometricMean(ratios), interval, ratios, resampledOver };
  });
  return { layers, resampled };
}

interface Prepared {
  readonly network: string;
  readonly table: Table;
  readonly windows: CardinalWindows;
}

function prepare({ sensitivity, network }: Measurement, { axis, halfWidthDeg }: RatioOptions): Prepared {
  const table = alongAxis(sensitivity, axis);
  return { network, table, windows: cardinalWindows(table.values, halfWidthDeg) };
}

function sharedLayers(measurements: readonly Measurement[]): string[] {
  const [first, ...others] = measurements;
  if (!first) throw new RangeError('There are no measurements to take a ratio of; give at least one.');
  const names = [...first.sensitivity.layers.keys()];
  for (const [index, { sensitivity }] of others.entries()) {
    const found = [...sensitivity.layers.keys()];
    if (names.join('\n') !== found.join('\n')) {
      throw new MismatchedLayersError(
        `Measurement ${index + 1} has the layers ${found.join(', ')}, but measurement 0 has ${names.join(', ')}; all need the same ones in the same order.`,
      );
    }
  }
  return names;
}

function byNetwork(measurements: readonly Prepared[]): Prepared[][] {
  const networks = new Map<string, Prepared[]>();
  for (const measurement of measurements) {
    const members = networks.get(measurement.network);
    if (members) members.push(measurement);
    else networks.set(measurement.network, [measurement]);
  }
  return [...networks.values()];
}

function levels(networks: readonly (readonly Prepared[])[], measurements: readonly Prepared[]): string {
  const axes = measurements.flatMap(({ table }) => table.nuisance).filter(({ values }) => values.length > 1);
  const over = new Set(axes.map(({ name }) => name));
  return (
    [
      ...(networks.length > 1 ? ['networks'] : []),
      ...(networks.some((members) => members.length > 1) ? ['seeds'] : []),
      ...over,
    ].join(', ') || 'nothing'
  );
}

/** Ratio of each layer, D being averaged over the columns with these weights. */
function ratiosOf({ table, windows }: Prepared, weights: Float64Array, quantity: Quantity): number[] {
  return [...table.layers.values()].map((d) => {
    const windowMean = (rows: readonly number[]): number => {
      let sum = 0;
      for (const row of rows) {
        let average = 0;
        for (let column = 0; column < table.columns; column++) {
          average += (weights[column] ?? NaN) * (d[row * table.columns + column] ?? NaN);
        }
        sum += quantity === 'D' ? average : Math.sqrt(average);
      }
      return sum / rows.length;
    };
    return windowMean(windows.cardinal) / windowMean(windows.oblique);
  });
}

function equalWeights({ columns }: Table): Float64Array {
  return new Float64Array(columns).fill(1 / columns);
}

/** Weights of the columns when the values of every nuisance axis are drawn with replacement. */
function drawnWeights({ nuisance }: Table, stream: RandomStream): Float64Array {
  let weights = Float64Array.of(1);
  for (const { values } of nuisance) {
    const share = new Float64Array(values.length);
    for (const index of drawWithReplacement([...values.keys()], stream)) {
      share[index] = (share[index] ?? 0) + 1 / values.length;
    }
    weights = Float64Array.from(
      { length: weights.length * share.length },
      (_, at) => (weights[Math.floor(at / share.length)] ?? 0) * (share[at % share.length] ?? 0),
    );
  }
  return weights;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
