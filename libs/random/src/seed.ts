/**
 * A whole number from 0 to 2^64 − 1 that keys random streams. JSON keeps it as a number where a double holds it, else as
 * its decimal digits.
 */
export type Seed = number | bigint | `${bigint}`;

/** Seeds that JSON keeps. */
export type JsonSeed = number | `${bigint}`;

const LARGEST = 2n ** 64n - 1n;

/**
 * The seed that these decimal digits stand for.
 * @throws RangeError where they are no whole number from 0 to 2^64 − 1
 */
export function seedFrom(digits: string): JsonSeed {
  if (/^\d{1,20}$/.test(digits)) {
    const seed = BigInt(digits);
    if (seed <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(seed);
    if (seed <= LARGEST) return `${seed}`;
  }
  throw new RangeError(`A seed is a whole number from 0 to ${LARGEST}, not ${JSON.stringify(digits)}.`);
}
