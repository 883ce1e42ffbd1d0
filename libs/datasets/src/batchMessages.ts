import type { Seed } from '@oblique/random';
import type { Recipe } from './example.js';
import type { ImageEntry } from './imageEntry.js';

/** What a batch worker is started with. */
export interface BatchWorkerData {
  readonly seed: Seed;
  readonly recipe: Recipe;
  /** Of decoded images, kept for the next pass. */
  readonly cacheBytes: number;
}

/** One example to be made. */
export interface ExampleOrder {
  /** Of the image in its set. */
  readonly index: number;
  readonly entry: ImageEntry;
  /** Of the random numbers: which of the seed's examples it is. */
  readonly draw: number;
}

export type Order =
  | {
      readonly kind: 'make';
      readonly id: number;
      readonly heldOut: boolean;
      readonly examples: readonly ExampleOrder[];
    }
  | { readonly kind: 'close' };

/** An image that could not be decoded, and its place in the batch. */
export interface CorruptExample {
  readonly place: number;
  readonly image: string;
  readonly reason: string;
}

export interface MadeExamples {
  /** [examples, 3, size, size]; zeros where an image is corrupt. */
  readonly image: Float32Array<ArrayBuffer>;
  readonly label: BigInt64Array<ArrayBuffer>;
  readonly corrupt: readonly CorruptExample[];
}

export type Reply =
  | { readonly kind: 'made'; readonly id: number; readonly made: MadeExamples }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string };
