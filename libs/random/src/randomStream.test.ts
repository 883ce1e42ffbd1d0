import { describe, expect, it } from 'vitest';
import { randomStream } from './randomStream.js';

const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe('randomStream', () => {
  it('is a function of seed, purpose and index, and of nothing else', () => {
    const first = (seed: number | bigint, purpose: string, index?: number): number[] => {
      const stream = randomStream(seed, purpose, index);
      return draws(5, () => stream.uniform());
    };
    const reference = first(7, 'weights');
    expect(first(7n, 'weights', 0)).toEqual(reference);
    const others = [
      first(8, 'weights'),
      first(7, 'weight'),
      first(7, 'weights', 1),
      first(7n + 2n ** 64n, 'weights'),
    ];
    expect(new Set([reference, ...others].flat()).size).toBe(25);
  });

  it('gives the same numbers however they are fetched', () => {
    const whole = new Float32Array(1000);
    randomStream(3, 'fill').fillNormal(whole, 2);
    const parts = new Float32Array(1000);
    const stream = randomStream(3, 'fill');
    for (let from = 0, size = 1; from < 1000; from += size, size += 7) {
      stream.fillNormal(parts.subarray(from, from + size), 2);
    }
    expect(parts).toEqual(whole);
  });

  it('draws uniform numbers of the right moments in [0, 1)', () => {
    const stream = randomStream(1, 'uniform');
    const values = draws(200_000, () => stream.uniform());
    expect(Math.min(...values.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    expect(values.some((value) => !Number.isInteger(value * 2 ** 32))).toBe(true);
    expect(Math.abs(mean(values) - 1 / 2)).toBeLessThan(0.003);
    expect(Math.abs(mean(values.map((value) => (value - 0.5) ** 2)) - 1 / 12)).toBeLessThan(0.001);
  });

  it('draws normal numbers of the right first four moments', () => {
    const stream = randomStream(1, 'normal');
    const single = draws(200_000, () => stream.normal());
    const filled = new Float32Array(200_000);
    stream.fillNormal(filled, 3);
    for (const values of [single, Array.from(filled, (value) => value / 3)]) {
      expect(Math.abs(mean(values))).toBeLessThan(0.01);
      expect(Math.abs(mean(values.map((value) => value ** 2)) - 1)).toBeLessThan(0.015);
      expect(Math.abs(mean(values.map((value) => value ** 3)))).toBeLessThan(0.04);
      expect(Math.abs(mean(values.map((value) => value ** 4)) - 3)).toBeLessThan(0.12);
    }
  });

  it('fills uniformly between its bounds', () => {
    const values = new Float32Array(100_000);
    randomStream(1, 'bounds').fillUniform(values, -3, 5);
    expect(values.every((value) => value >= -3 && value <= 5)).toBe(true);
    expect(Math.abs(mean(values) - 1)).toBeLessThan(0.03);
    expect(Math.abs(mean(values.map((value) => (value - 1) ** 2)) - 64 / 12)).toBeLessThan(0.05);
  });

  it('draws integers without bias, below small, odd and very large bounds', () => {
    const stream = randomStream(5, 'integers');
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let draw = 0; draw < 70_000; draw++) {
      const value = stream.integer(7);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(22.5); // 6 degrees of freedom, p = 0.001
    // Taken modulo 3 * 2^30, 32-bit words would fall into the lowest third twice as often as into the others.
    const large = draws(30_000, () => stream.integer(3 * 2 ** 30));
    expect(Math.abs(large.filter((value) => value < 2 ** 30).length / 30_000 - 1 / 3)).toBeLessThan(0.015);
    const huge = draws(1000, () => stream.integer(2 ** 53));
    expect(huge.every(Number.isSafeInteger)).toBe(true);
    expect(Math.max(...huge)).toBeGreaterThan(2 ** 52);
  });

  it('permutes: every element once, every order equally often', () => {
    const stream = randomStream(2, 'permutations');
    expect([...stream.permutation(1000)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    const counts = new Map<string, number>();
    for (let draw = 0; draw < 24_000; draw++) {
      const order = stream.permutation(4).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(49.7); // 23 degrees of freedom, p = 0.001
  });

  it('refuses what it cannot honour exactly', () => {
    expect(() => randomStream(0.5, 'x')).toThrow(/seed.*not 0.5/);
    expect(() => randomStream(1, 'x', NaN)).toThrow(/index.*not NaN/);
    expect(() => randomStream(1, 'x').integer(0)).toThrow(/not 0/);
    expect(() => randomStream(1, 'x').integer(2 ** 54)).toThrow(RangeError);
    expect(() => randomStream(1, 'x').permutation(-1)).toThrow(/not -1/);
  });
});
