import type { ArtifactStore } from '@oblique/artifacts';
import {
  logWindowRatio,
  normaliseCurves,
  readSensitivity,
  type Sensitivity,
  type WindowContrast,
} from '@oblique/statistics';
import type { NeededSteps } from '@oblique/workflow';
import type { MeasuredNetwork } from './measuredNetworks.js';

/** Half width in degrees of the windows about cardinal and oblique orientations. */
export const HALF_WIDTH_DEG = 10;

/** What the readings of D say of one layer of one network. */
export interface LayerReading {
  readonly layer: string;
  /** D by the authors' differences over exact D, both averaged over orientations and phases. */
  readonly differenceOverExact: number;
  /** The smallest and the largest of the same over orientations. */
  readonly leastDifferenceOverExact: number;
  readonly mostDifferenceOverExact: number;
  /** Cardinal/oblique ratios. */
  readonly ratio: {
    /** Of √D, the exact D over the whole circle of phases. */
    readonly root: number;
    /** Of D itself. */
    readonly d: number;
    /** Of √D by the authors' differences. */
    readonly difference: number;
    /** Of √D over the half circle of phases. */
    readonly halfCircle: number;
  };
  readonly orientationsDeg: readonly number[];
  /** Exact D over orientation, averaged over each circle of phases. */
  readonly wholeCircle: readonly number[];
  readonly halfCircle: readonly number[];
}

/** A network with its layers, read for every member: [member][layer]. */
export interface NetworkReading {
  readonly network: MeasuredNetwork;
  readonly members: readonly (readonly LayerReading[])[];
  /** Digests of the measurements. */
  readonly provenance: readonly string[];
}

/** Reads both measurements of every member. */
export async function networkReading(
  network: MeasuredNetwork,
  halfCirclePhasesDeg: readonly number[],
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<NetworkReading> {
  const digestOf = (step: string) => needed.result(step, 'sensitivity.npz').digest;
  const members = await Promise.all(
    network.members.map(async ({ exactStep, differenceStep }) => {
      const [exact, difference] = await Promise.all(
        [exactStep, differenceStep].map(async (step) =>
          readSensitivity(await store.get(digestOf(step)), step),
        ),
      );
      if (exact === undefined || difference === undefined) throw new Error('A measurement is missing.');
      return layerReadings(exact, difference, halfCirclePhasesDeg);
    }),
  );
  return {
    network,
    members,
    provenance: network.members.flatMap(({ exactStep, differenceStep }) => [
      digestOf(exactStep),
      digestOf(differenceStep),
    ]),
  };
}

/** Compares measurements of the same layers over the same orientations and phases. */
export function layerReadings(
  exact: Sensitivity,
  difference: Sensitivity,
  halfCirclePhasesDeg: readonly number[],
): LayerReading[] {
  const half = normaliseCurves(atPhases(exact, halfCirclePhasesDeg), ORIENTATION);
  const differences = normaliseCurves(difference, ORIENTATION);
  const orientationsDeg = [...(exact.axes.find(({ name }) => name === ORIENTATION)?.values ?? [])];
  return normaliseCurves(exact, ORIENTATION).map(({ layer, d, rootD }, index) => {
    const ofHalf = half[index];
    const ofDifference = differences[index];
    if (ofHalf === undefined || ofDifference?.layer !== layer)
      throw new Error(`The layer ${layer} was not measured by differences.`);
    const quotients = ofDifference.d.map((value, at) => value / (d[at] ?? NaN));
    return {
      layer,
      differenceOverExact: sum(ofDifference.d) / sum(d),
      leastDifferenceOverExact: Math.min(...quotients),
      mostDifferenceOverExact: Math.max(...quotients),
      ratio: {
        root: cardinalRatio(rootD, orientationsDeg),
        d: cardinalRatio(d, orientationsDeg),
        difference: cardinalRatio(ofDifference.rootD, orientationsDeg),
        halfCircle: cardinalRatio(ofHalf.rootD, orientationsDeg),
      },
      orientationsDeg,
      wholeCircle: d,
      halfCircle: ofHalf.d,
    };
  });
}

const ORIENTATION = 'orientation';
const PHASE = 'phase';

/** The part of a measurement over orientation and phase at these phases. */
function atPhases({ axes, layers }: Sensitivity, phasesDeg: readonly number[]): Sensitivity {
  const [orientation, phase] = axes;
  if (axes.length !== 2 || orientation?.name !== ORIENTATION || phase?.name !== PHASE)
    throw new Error('Phases are chosen of measurements over orientation and phase only.');
  const columns = phasesDeg.map((wanted) => phase.values.indexOf(wanted));
  if (columns.includes(-1)) throw new Error('A phase was not measured.');
  const chosen = (d: Float64Array): Float64Array =>
    Float64Array.from(
      Array.from(orientation.values).flatMap((_, row) =>
        columns.map((column) => d[row * phase.values.length + column] ?? NaN),
      ),
    );
  return {
    axes: [orientation, { name: PHASE, values: Float64Array.from(phasesDeg) }],
    layers: new Map([...layers].map(([layer, d]) => [layer, chosen(d)])),
  };
}

function cardinalRatio(curve: readonly number[], anglesDeg: readonly number[]): number {
  const contrast: WindowContrast = {
    anglesDeg,
    periodDeg: 180,
    halfWidthDeg: HALF_WIDTH_DEG,
    centresDeg: [0, 90],
    againstDeg: [45, 135],
  };
  return Math.exp(logWindowRatio(curve, contrast));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
