import { BINS, HALF_WIDTH_DEG } from './gratingsGrid.js';

/** What is common to all analyses that train the network of Fig. 6c in several ways. */
export function gridMethods({
  orientations,
  phases,
  seeds,
  confidence,
}: {
  readonly orientations: number;
  readonly phases: number;
  readonly seeds: readonly number[];
  readonly confidence: number;
}): string[] {
  return [
    `But for what is varied, the network and gratings are those of Fig. 6c (analysis label-noise): synthetic gratings behind a soft disc, orientations from p = (2 − cos 2θ)/(2π), so that vertical bars (90°) are three times as frequent as horizontal ones; the label is one of ${BINS} classes of orientation, all labels kept; plain gradient descent at a constant rate. Equal seeds have equal initial random numbers.`,
    `The preference is D(90°)/D(0°) of the first hidden layer: exact derivatives at ${orientations} orientations and ${phases} phases, averaged over phases, in windows of ±${HALF_WIDTH_DEG}°; 1 is none.`,
    `Intervals are Student's with ${100 * confidence} % confidence over ${seeds.length} seeds. A claim is supported only where its whole interval meets the threshold.`,
  ];
}
