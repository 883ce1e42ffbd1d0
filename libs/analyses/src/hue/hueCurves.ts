import { readNpz, toNumbers } from '@oblique/arrays';
import type { ArtifactStore } from '@oblique/artifacts';
import { hueDiscrimination } from '@oblique/human-references';
import { smoothCircular } from '@oblique/statistics';
import type { NeededSteps } from '@oblique/workflow';
import { type DescribeValue, readDescribeValue, readMeasureValue } from '@oblique/study';
import { readHeldOutAccuracy } from '../trained-controls/heldOutAccuracy.js';
import { learnedOf, type Learned } from '../trained-controls/learned.js';
import { DESCRIBE } from './hueSteps.js';
import type { HueNetwork } from './hueNetworks.js';
import { hueAngles, type HueParameters } from './hueParameters.js';
import { deepHalf } from '../verdicts.js';

/** What was measured on a network. All curves over hue have a mean of 1. */
export interface MeasuredHues {
  readonly network: HueNetwork;
  /** In the order of depth. */
  readonly layers: readonly string[];
  /** √D of each layer, [members][layers][hues]. */
  readonly members: readonly (readonly (readonly number[])[])[];
  /** Its smoothed mean over the deep half of the layers, [members][hues]. */
  readonly deep: readonly (readonly number[])[];
  /** How well a network that was trained in this run learned its task. */
  readonly learned: Learned | undefined;
  /** Digests of the measurements. */
  readonly provenance: readonly string[];
}

/** What networks are compared with, at the same hues, with a mean of 1. */
export interface HueReferences {
  readonly frequency: readonly number[];
  /** Frequency by the other protocol's choice of pixels. */
  readonly otherFrequency: readonly number[];
  readonly discrimination: readonly number[];
  readonly images: DescribeValue;
  /** Digest of the image statistics. */
  readonly digest: string;
}

export function readHues(
  networks: readonly HueNetwork[],
  parameters: HueParameters,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<MeasuredHues[]> {
  const stepDeg = 360 / parameters.hues;
  return Promise.all(
    networks.map(async (network): Promise<MeasuredHues> => {
      const [first] = network.members;
      const layers = first === undefined ? [] : needed.value(first.measureStep, readMeasureValue).layers;
      const members = await Promise.all(
        network.members.map(async ({ curvesStep }) => {
          const arrays = readNpz(await store.get(needed.result(curvesStep, 'curves.npz').digest));
          return layers.map((layer) => {
            const values = arrays.get(`rootD/${layer}`);
            if (values === undefined)
              throw new Error(`The curves of "${curvesStep}" lack the layer ${layer}.`);
            return withMeanOne([...toNumbers(values)]);
          });
        }),
      );
      const { learning } = network;
      const accuracies = await Promise.all(
        (learning === undefined ? [] : network.members).map(async ({ modelStep }) =>
          readHeldOutAccuracy(await store.get(needed.result(modelStep, 'metrics.npz').digest)),
        ),
      );
      return {
        learned:
          learning &&
          learnedOf(learning.task, [accuracies], learning.twinAccuracy ?? undefined, parameters.confidence),
        network,
        layers,
        members,
        deep: members.map((curves) =>
          smoothCircular(meanCurve(deepHalf(curves)), stepDeg, parameters.smoothDeg),
        ),
        provenance: network.members.map(
          ({ measureStep }) => needed.result(measureStep, 'sensitivity.npz').digest,
        ),
      };
    }),
  );
}

export async function readReferences(
  parameters: HueParameters,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<HueReferences> {
  const { digest } = needed.result(DESCRIBE, 'image-statistics.npz');
  const arrays = readNpz(await store.get(digest));
  const share = (name: string): number[] => {
    const values = arrays.get(name);
    if (values === undefined) throw new Error(`The statistics of the images have no ${name}.`);
    return withMeanOne(binned([...toNumbers(values)], parameters.hues));
  };
  const { hueDeg, deltaE } = hueDiscrimination();
  const discrimination = hueAngles(parameters).map((angle) => {
    const near = deltaE.filter(
      (_, index) => Math.abs((hueDeg[index] ?? NaN) - angle) <= 180 / parameters.hues,
    );
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
  const isText = parameters.protocol === 'text';
  return {
    frequency: share(isText ? 'hueShareText' : 'hueShareCode'),
    otherFrequency: share(isText ? 'hueShareCode' : 'hueShareText'),
    discrimination: withMeanOne(discrimination),
    images: needed.value(DESCRIBE, readDescribeValue),
    digest,
  };
}

export function meanCurve(curves: readonly (readonly number[])[]): number[] {
  return (curves[0] ?? []).map(
    (_, index) => curves.reduce((sum, curve) => sum + (curve[index] ?? NaN), 0) / curves.length,
  );
}

/** Sums of neighbouring values, so many in all. */
function binned(values: readonly number[], count: number): number[] {
  const width = values.length / count;
  return Array.from({ length: count }, (_, bin) =>
    values.slice(bin * width, (bin + 1) * width).reduce((sum, value) => sum + value, 0),
  );
}

function withMeanOne(curve: readonly number[]): number[] {
  const mean = curve.reduce((sum, value) => sum + value, 0) / curve.length;
  return curve.map((value) => value / mean);
}
