import { randomStream, type RandomStream } from '@oblique/random';

/** Choices of one case: a function of kind, seed and case alone, so that any case can be made again by itself. */
export class Draw {
  readonly #random: RandomStream;

  constructor(kind: string, seed: number, index: number) {
    this.#random = randomStream(seed, `fuzz/${kind}`, index);
  }

  /** A whole number from 0 to below `below`. */
  below(below: number): number {
    return this.#random.integer(below);
  }

  chance(probability: number): boolean {
    return this.#random.uniform() < probability;
  }

  /** One of several. @throws RangeError where there are none */
  pick<Value>(values: readonly Value[]): Value {
    for (const value of values.slice(this.below(values.length))) return value;
    throw new RangeError('There is nothing to pick from.');
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }

  /** The bytes with a few of them flipped, cut out, doubled, or the end missing. */
  damaged(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return this.bytes(this.below(16));
    const at = this.below(bytes.length);
    const end = Math.min(bytes.length, at + 1 + this.below(16));
    switch (this.below(5)) {
      case 0:
        return bytes.subarray(0, at);
      case 1:
        return joined(bytes.subarray(0, at), bytes.subarray(end));
      case 2:
        return joined(bytes.subarray(0, end), bytes.subarray(at));
      case 3:
        return joined(bytes.subarray(0, at), this.bytes(this.below(8)), bytes.subarray(at));
      default: {
        const copy = new Uint8Array(bytes);
        for (let flips = 1 + this.below(4); flips > 0; flips--) {
          const place = this.below(copy.length);
          copy[place] = (copy[place] ?? 0) ^ (1 << this.below(8));
        }
        return copy;
      }
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
