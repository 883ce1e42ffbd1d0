import { describe, expect, it } from 'vitest';
import { philox } from './philox.js';

/** Random123's published known answers (tests/kat_vectors): counter, key, expected words. */
const KNOWN_ANSWERS = [
  ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
] as const;

describe('philox', () => {
  it.each(KNOWN_ANSWERS)('gives the published words of counter %s under key %s', (counter, key, expected) => {
    const parse = (text: string): number[] => text.split(' ').map((word) => Number.parseInt(word, 16));
    const [c0 = 0, c1 = 0, c2 = 0, c3 = 0] = parse(counter);
    const [k0 = 0, k1 = 0] = parse(key);
    const words = new Uint32Array(6);
    philox(c0, c1, c2, c3, k0, k1, words, 1);
    expect([...words]).toEqual([0, ...parse(expected), 0]);
  });
});
