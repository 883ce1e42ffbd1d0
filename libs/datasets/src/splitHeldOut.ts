import { philox, type Seed } from '@oblique/random';

/** The images learned from and those kept out, in order. */
export interface Split {
  readonly training: Uint32Array;
  readonly heldOut: Uint32Array;
}

/** Splits the images 0 to length − 1: whether one is kept out is a hash of the seed and its index alone. */
export function splitHeldOut(length: number, seed: Seed, fraction: number): Split {
  const key = BigInt.asUintN(64, BigInt(seed));
  const [low, high] = [Number(key & 0xffffffffn), Number(key >> 32n)];
  const words = new Uint32Array(4);
  const training: number[] = [];
  const heldOut: number[] = [];
  for (let index = 0; index < length; index++) {
    philox(index, 0, 0, 0, low, high, words, 0);
    ((words[0] ?? 0) < fraction * 2 ** 32 ? heldOut : training).push(index);
  }
  return { training: Uint32Array.from(training), heldOut: Uint32Array.from(heldOut) };
}
