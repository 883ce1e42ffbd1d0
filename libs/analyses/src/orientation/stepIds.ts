import type { Condition } from './condition.js';
import type { GaborShape } from './gabor.js';

export const RENDER = 'stimuli';

export const trendOf = ({ label }: Condition): string => `trend ${label}`;
export const ratioOfD = ({ label }: Condition): string => `ratio ${label}`;

/** A Gabor in words, unique in its grid. */
export function gaborName({ frequency, sigma, contrast }: GaborShape): string {
  return `${frequency} cycles/pixel, sigma ${sigma}, contrast ${contrast}`;
}

export const gridMeasure = ({ label }: Condition, gabor: GaborShape): string =>
  `measure ${label} with ${gaborName(gabor)}`;
export const gridRatio = ({ label }: Condition, gabor: GaborShape): string =>
  `ratio ${label} with ${gaborName(gabor)}`;

export const POOLING = {
  overlapping: 'pooling overlap',
  difference: 'pooling removed',
  halfMinusRest: 'pooling most',
} as const;
