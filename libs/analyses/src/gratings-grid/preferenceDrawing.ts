import type { IntervalItem, StepLine } from '@oblique/report';
import { overSeeds } from '@oblique/statistics';
import { exponential } from '../label-noise/labelNoiseClaims.js';
import type { LearnedVariant } from './gratingsGrid.js';

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
