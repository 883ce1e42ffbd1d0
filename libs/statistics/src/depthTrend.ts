import { sampleRankCorrelation } from 'simple-statistics';
import type { ResampledRatios } from './cardinalObliqueRatio.js';
import { percentileInterval, type Interval } from './resampling.js';

/**
 * Spearman's rank correlation of the layers' ratios with their depth (their place in the measurement), and its
 * percentile interval over the same resamples as the ratios'. Layers without a ratio (no sensitivity in the windows)
 * are left out. NaN where fewer than two layers remain, or all ratios are equal.
 */
export function depthTrend(
  { layers, resampled }: ResampledRatios,
  confidence: number,
): { spearman: number; interval: Interval } {
  return {
    spearman: withDepth(layers.map(({ ratio }) => ratio)),
    interval: percentileInterval(resampled.map(withDepth), confidence),
  };
}

function withDepth(ratios: readonly number[]): number {
  const known = [...ratios.entries()].filter(([, ratio]) => !Number.isNaN(ratio));
  if (known.length < 2) return NaN;
  return sampleRankCorrelation(
    known.map(([depth]) => depth),
    known.map(([, ratio]) => ratio),
  );
}
