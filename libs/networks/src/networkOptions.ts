import type { Seed } from '@oblique/random';

/** What every architecture is built from. */
export interface NetworkOptions {
  /** Name of the program. */
  readonly name: string;
  readonly seed: Seed;
  readonly inputSizePixels: number;
  readonly classes: number;
  /** Channels or features of a layer that has this many in the original. */
  readonly scaled: (original: number) => number;
}
