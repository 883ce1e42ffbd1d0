import { expect, it } from 'vitest';
import { isTold, shiftVerdict, type WorldShift } from './shifts.js';

const PERIOD_DEG = 90;

function shiftOf(turnDeg: number, low: number, high: number): WorldShift {
  return {
    world: { turnDeg, label: `turned by ${turnDeg}°`, colour: 1 },
    shiftDeg: (low + high) / 2,
    interval: { low, high, confidence: 0.95 },
    explained: 1,
    explainedUnshifted: 0,
  };
}

it.each([
  ['holds the turn', 45, 30, 60, 'supported'],
  ['is wide, and holds the turn and not 0', 22.5, 4, 34, 'supported'],
  ['misses the turn by a degree, well within the tolerance', 45, 36, 44, 'supported'],
  ['misses the turn and leaves the tolerance', 45, 30, 44, 'not supported'],
  ['holds 0 and the turn', 45, -5, 50, 'inconclusive'],
  ['holds the turn and the period, which is no turn', 45, 40, 95, 'inconclusive'],
  ['holds 0 only', 45, -10, 10, 'not supported'],
  ['is none', 45, NaN, NaN, 'inconclusive'],
] as const)('the interval of a shift %s', (_, turnDeg, low, high, verdict) => {
  expect(shiftVerdict(shiftOf(turnDeg, low, high), PERIOD_DEG)).toBe(verdict);
});

it('a shift is told where its interval does not span the circle', () => {
  expect(isTold(shiftOf(45, 0, 90), PERIOD_DEG)).toBe(false);
  expect(isTold(shiftOf(45, 10, 80), PERIOD_DEG)).toBe(true);
});
