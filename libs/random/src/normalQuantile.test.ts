import { expect, it } from 'vitest';
import { normalQuantile } from './normalQuantile.js';

/** From Python's statistics.NormalDist().inv_cdf, one or two for each of the three ranges of the approximation. */
const QUANTILES = [
  [1e-300, -37.0470962993612],
  [1e-12, -7.034483825301132],
  [1e-5, -4.2648907939228256],
  [0.01, -2.3263478740408408],
  [0.075, -1.4395314709384557],
  [0.2, -0.8416212335729142],
  [0.5, 0],
  [0.7, 0.5244005127080407],
  [0.925001, 1.4395385353452304],
  [0.999, 3.090232306167813],
  [0.9999999999, 6.361340889697421],
] as const;

it.each(QUANTILES)('the normal quantile of %s is %s', (p, expected) => {
  expect(Math.abs(normalQuantile(p) - expected)).toBeLessThanOrEqual(1e-14 * Math.abs(expected));
});
