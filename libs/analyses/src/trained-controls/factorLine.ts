import type { StepLine } from '@oblique/report';
import { overSeeds } from '@oblique/statistics';
import { asFactor } from './preferences.js';

/** The line of a factor whose logarithms are given, a curve a seed: geometric mean with Student's interval as its band. */
export function factorLine(
  name: string,
  logCurves: readonly (readonly number[])[],
  confidence: number,
): StepLine {
  const factors = (logCurves[0] ?? []).map((_, place) =>
    asFactor(
      overSeeds(
        logCurves.map((curve) => curve[place] ?? NaN),
        confidence,
      ),
    ),
  );
  return {
    name,
    values: factors.map(({ estimate }) => estimate),
    low: factors.map(({ interval }) => interval.low),
    high: factors.map(({ interval }) => interval.high),
  };
}
