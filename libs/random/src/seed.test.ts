import { describe, expect, it } from 'vitest';
import { randomStream } from './randomStream.js';
import { seedFrom } from './seed.js';

describe('seedFrom', () => {
  it('keeps as a number what a double holds, and all of 64 bits beyond', () => {
    expect(seedFrom('0')).toBe(0);
    expect(seedFrom('007')).toBe(7);
    expect(seedFrom(String(Number.MAX_SAFE_INTEGER))).toBe(Number.MAX_SAFE_INTEGER);
    expect(seedFrom('9007199254740993')).toBe('9007199254740993');
    expect(seedFrom('18446744073709551615')).toBe('18446744073709551615');
  });

  it.each(['', '-1', '1.5', '1e3', '18446744073709551616', '999999999999999999999'])(
    'refuses %j',
    (digits) => {
      expect(() => seedFrom(digits)).toThrow(/from 0 to 18446744073709551615/);
    },
  );

  it('keys one stream in every form, and another for every seed', () => {
    const first = (seed: Parameters<typeof randomStream>[0]): number => randomStream(seed, 'test').uniform();
    expect(first('3')).toBe(first(3));
    expect(first(3n)).toBe(first(3));
    expect(first(2n ** 63n + 1n)).toBe(first('9223372036854775809'));
    expect(first('9223372036854775809')).not.toBe(first('9223372036854775808'));
  });
});
