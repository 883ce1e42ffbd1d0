import { buildNetwork, layersOf, type Layer } from '@oblique/networks';
import type { Program } from '@oblique/onnx';
import type { MeasuredStimulus } from '@oblique/sensitivity';
import type { Point } from '@oblique/stimuli';

// What every comparison measures: all layers of an untrained ResNet18 at Gabors of the paper, ten at a time.

export const BATCH_SIZE = 10;
export const SIZE_PIXELS = 224;

export const stimulus: MeasuredStimulus = {
  family: 'gabor',
  widthPixels: SIZE_PIXELS,
  heightPixels: SIZE_PIXELS,
  stretch: 'none',
  input: 'direct',
  parameters: { frequency: 0.02, sigma: 50, phase: 33 },
};

export interface Workload {
  readonly network: Program;
  readonly layers: readonly Layer[];
}

export function workload(): Workload {
  const network = buildNetwork('resnet18', { seed: 1 });
  return { network, layers: layersOf(network) };
}

/** Orientations spread over the half circle, in degrees; other ones for every `round`, so that no cache knows them. */
export function orientations(count: number, round: number): number[] {
  return Array.from({ length: count }, (_, index) => (180 * index) / count + 1 + 0.01 * round);
}

/** The points of one batch. */
export function batch(): Point[] {
  return orientations(BATCH_SIZE, 0).map((orientation) => ({ ...stimulus.parameters, orientation }));
}
