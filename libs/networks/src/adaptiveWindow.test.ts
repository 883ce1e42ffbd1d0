import { describe, expect, it } from 'vitest';
import { adaptiveWindow } from './adaptiveWindow.js';

const PIXELS = [3, -1, 4, 1, -5, 9, 2, 6, -5, 3, 5, 8, -9, 7];

describe('adaptiveWindow', () => {
  it.each([
    [14, 7],
    [7, 7],
    [7, 6],
    [13, 1],
    [12, 6],
  ])('averages %i pixels into %i as PyTorch defines it', (from, to) => {
    const { kernel, stride } = adaptiveWindow(from, to);
    expect(Math.floor((from - kernel) / stride) + 1).toBe(to);
    for (let index = 0; index < to; index++) {
      const start = index * stride;
      const expected = PIXELS.slice(Math.floor((index * from) / to), Math.ceil(((index + 1) * from) / to));
      const averaged = PIXELS.slice(0, from).slice(start, start + kernel);
      expect(mean(averaged)).toBeCloseTo(mean(expected), 12);
    }
  });

  it.each([
    [5, 6],
    [9, 6],
    [10, 7],
  ])('refuses %i to %i, whose windows differ', (from, to) => {
    expect(() => adaptiveWindow(from, to)).toThrow(`from ${from} to ${to} pixels`);
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
