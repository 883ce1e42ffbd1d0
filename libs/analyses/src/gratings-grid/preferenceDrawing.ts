import type { IntervalItem, StepLine } from '@oblique/report';
import { overSeeds } from '@oblique/statistics';
import { exponential } from '../label-noise/labelNoiseClaims.js';
import { mean } from 'simple-statistics';
import { BINS, type LearnedVariant } from './gratingsGrid.js';
import { lossAt } from './preference.js';

/** D(90°)/D(0°) over steps, with its interval over seeds. */
export function preferenceLine(
  name: string,
  learned: readonly LearnedVariant[],
  confidence: number,
): StepLine & { readonly x: readonly number[] } {
  const x = learned[0]?.steps ?? [];
  const ratios = x.map((_, index) =>
    exponential(
      overSeeds(
        learned.map(({ logRatios }) => logRatios[index] ?? NaN),
        confidence,
      ),
    ),
  );
  return {
    name,
    x,
    values: ratios.map(({ estimate }) => estimate),
    low: ratios.map(({ interval }) => interval.low),
    high: ratios.map(({ interval }) => interval.high),
  };
}

/** The same at one place. */
export function preferenceItem(name: string, logRatios: readonly number[], confidence: number): IntervalItem {
  const { estimate, interval } = exponential(overSeeds(logRatios, confidence));
  return { name, effect: estimate, low: interval.low, high: interval.high };
}

/** The loss over steps as a share of that of chance: mean over seeds, and over the `window` steps before. */
export function lossLine(
  name: string,
  learned: readonly LearnedVariant[],
  window: number,
): StepLine & { readonly x: readonly number[] } {
  const x = (learned[0]?.steps ?? []).filter((step) => step >= window);
  return {
    name,
    x,
    values: x.map((step) => mean(learned.map((one) => lossAt(one, step, window))) / Math.log(BINS)),
  };
}
