import { createHash } from 'node:crypto';
import { normalQuantile } from './normalQuantile.js';
import { philox } from './philox.js';
import type { Seed } from './seed.js';

const BUFFER_WORDS = 256;
const TWO_POW_32 = 2 ** 32;
const TWO_POW_53 = 2 ** 53;

/**
 * An endless sequence of random 32-bit words that is a pure function of what it is keyed by. Every method takes the
 * next words of it, so splitting a draw into several calls of the same method never changes the numbers:
 * `uniform` and `normal` take two words each (53 bits), the float32 fills one word an element, `integer` one word an
 * attempt for bounds up to 2^32 and two beyond.
 */
export class RandomStream {
  readonly #key0: number;
  readonly #key1: number;
  readonly #lane0: number;
  readonly #lane1: number;
  readonly #words = new Uint32Array(BUFFER_WORDS);
  #used = BUFFER_WORDS;
  #block = 0;

  /** @param identity 128 bits that tell this stream from every other: Philox's key and half of its counter. */
  constructor(identity: readonly [number, number, number, number]) {
    [this.#key0, this.#key1, this.#lane0, this.#lane1] = identity;
  }

  /** A number uniform in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    return this.#integer53() / TWO_POW_53;
  }

  /** A standard normal number, by the inverse of the distribution function. */
  normal(): number {
    return normalQuantile((this.#integer53() + 0.5) / TWO_POW_53);
  }

  /**
   * A whole number uniform in [0, below), without bias (by rejection).
   * @throws RangeError where `below` is not a whole number in [1, 2^53].
   */
  integer(below: number): number {
    if (!Number.isInteger(below) || below < 1 || below > TWO_POW_53) {
      throw new RangeError(`A random integer needs a whole upper bound from 1 to 2^53, not ${below}.`);
    }
    return this.#below(below);
  }

  /** A random order of 0 … n - 1, every one equally likely (Fisher–Yates). */
  permutation(n: number): Uint32Array {
    if (!Number.isInteger(n) || n < 0 || n > TWO_POW_32) {
      throw new RangeError(`A permutation needs a whole length from 0 to 2^32, not ${n}.`);
    }
    const order = new Uint32Array(n);
    for (let index = 0; index < n; index++) order[index] = index;
    return this.shuffle(order);
  }

  /** Puts the elements into a random order, in place; the order drawn is that of {@link permutation}. */
  shuffle<T extends { readonly length: number; [index: number]: unknown }>(array: T): T {
    for (let last = array.length - 1; last > 0; last--) {
      const other = this.#below(last + 1);
      const held = array[last];
      array[last] = array[other];
      array[other] = held;
    }
    return array;
  }

  /** Fills with numbers uniform in [low, high); rounded to float32, so that `high` itself may occur. */
  fillUniform(array: Float32Array, low: number, high: number): void {
    const step = (high - low) / TWO_POW_32;
    for (let filled = 0; filled < array.length;) {
      const words = this.#take(array.length - filled);
      for (let index = 0; index < words.length; index++) {
        array[filled + index] = low + ((words[index] ?? 0) + 0.5) * step;
      }
      filled += words.length;
    }
  }

  /** Fills with normal numbers of mean 0 and standard deviation `std`; none lies beyond 6.4 `std`. */
  fillNormal(array: Float32Array, std: number): void {
    for (let filled = 0; filled < array.length;) {
      const words = this.#take(array.length - filled);
      for (let index = 0; index < words.length; index++) {
        array[filled + index] = std * normalQuantile(((words[index] ?? 0) + 0.5) / TWO_POW_32);
      }
      filled += words.length;
    }
  }

  /** The next words, at least one and at most `count` of them; valid until the next draw. */
  #take(count: number): Uint32Array {
    if (this.#used === BUFFER_WORDS) this.#refill();
    const start = this.#used;
    this.#used = Math.min(start + count, BUFFER_WORDS);
    return this.#words.subarray(start, this.#used);
  }

  #below(below: number): number {
    const wide = below > TWO_POW_32;
    const range = wide ? TWO_POW_53 : TWO_POW_32;
    const limit = range - (range % below);
    for (;;) {
      const drawn = wide ? this.#integer53() : this.#word();
      if (drawn < limit) return drawn % below;
    }
  }

  #integer53(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return high * 2 ** 26 + low;
  }

  #word(): number {
    if (this.#used === BUFFER_WORDS) this.#refill();
    return this.#words[this.#used++] ?? 0;
  }

  #refill(): void {
    for (let offset = 0; offset < BUFFER_WORDS; offset += 4) {
      const block = this.#block++;
      const high = Math.floor(block / TWO_POW_32);
      philox(block | 0, high, this.#lane0, this.#lane1, this.#key0, this.#key1, this.#words, offset);
    }
    this.#used = 0;
  }
}

/**
 * The random stream of one seed, purpose and index. Different purposes or indices give independent streams, so that
 * results depend on neither the order nor the number of draws made elsewhere.
 * @param seed a whole number.
 * @param purpose what the numbers are for, e.g. `initialise/layer1.0.conv1.weight`.
 * @param index which of many alike, e.g. the bootstrap sample; default 0.
 * @throws RangeError where seed or index is not a whole number that a double holds exactly.
 */
export function randomStream(seed: Seed, purpose: string, index = 0): RandomStream {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new RangeError(
      `A seed is a whole number up to 2^53 in size (or a bigint, or its digits), not ${seed}.`,
    );
  }
  if (!Number.isSafeInteger(index)) throw new RangeError(`A stream's index is a whole number, not ${index}.`);
  const digest = createHash('sha256')
    .update(JSON.stringify([BigInt(seed).toString(), purpose, index]))
    .digest();
  return new RandomStream([
    digest.readUInt32LE(0),
    digest.readUInt32LE(4),
    digest.readUInt32LE(8),
    digest.readUInt32LE(12),
  ]);
}
