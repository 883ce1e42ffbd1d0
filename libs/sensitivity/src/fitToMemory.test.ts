import { describe, expect, it } from 'vitest';
import { fitToMemory } from './fitToMemory.js';

const GIB = 2 ** 30;
const MEMORY = { sessionBytes: GIB, fixedBytes: 0, bytesPerStimulus: GIB };

describe('fitToMemory', () => {
  it('leaves the batch as it is where it fits, on as many workers as it fits', () => {
    const wanted = { batchSize: 10, isAsked: false, lanes: 2 };
    expect(fitToMemory(MEMORY, wanted, 100 * GIB)).toEqual({ batchSize: 10, lanes: 2, bytes: 22 * GIB });
    expect(fitToMemory(MEMORY, wanted, 15 * GIB)).toEqual({ batchSize: 10, lanes: 1, bytes: 11 * GIB });
  });

  it('lowers a batch that nobody asked for', () => {
    expect(fitToMemory(MEMORY, { batchSize: 10, isAsked: false, lanes: 2 }, 5 * GIB)).toEqual({
      batchSize: 3,
      lanes: 1,
      bytes: 4 * GIB,
    });
  });

  it('refuses one that was asked for, and what does not fit at all, and says what would fit', () => {
    const wanted = { batchSize: 100, isAsked: true, lanes: 2 };
    expect(() => fitToMemory(MEMORY, wanted, 5 * GIB)).toThrow(
      'A batch of 100 takes about 101.0 GiB of memory, and 4.5 GiB are left; a batch of 3 would fit.',
    );
    expect(() => fitToMemory(MEMORY, { ...wanted, isAsked: false }, GIB)).toThrow(/not even a batch of 1/);
    const fixed = { ...MEMORY, fixedBytes: 4 * GIB, bytesPerStimulus: 0 };
    expect(() => fitToMemory(fixed, { ...wanted, batchSize: 4 }, 3 * GIB)).toThrow(/not even a batch of 1/);
  });
});
