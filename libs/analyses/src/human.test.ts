import { expect, it } from 'vitest';
import { human } from './human.js';

it("finds what scipy.stats.linregress finds in the children's acuity", () => {
  const [root, square] = human.claimsOn({}, {});
  // linregress of the logarithms from 6 months on, and t.ppf(0.975, n - 2) times its stderr.
  expect(root?.effect).toBeCloseTo(0.44557256531136724, 9);
  expect((root?.interval?.high ?? NaN) - (root?.effect ?? NaN)).toBeCloseTo(0.064470197, 6);
  expect(root?.verdict).toBe('supported');
  expect(square?.effect).toBeCloseTo(0.9611624308186499 - 0.887122354992425, 9);
});
