import type { ImageEntry } from './imageEntry.js';
import { ImageReader } from './imageReader.js';
import {
  CorruptImageError,
  TooManyCorruptImagesError,
  type ImageSet,
  type LabelledImage,
} from './imageSet.js';

const LARGEST_CORRUPT_SHARE = 0.01;
const NAMED_CORRUPT = 5;

/** Images of which it is known where each lies. */
export class IndexedImages implements ImageSet {
  readonly kind: string;
  readonly synthetic: boolean;
  readonly length: number;
  readonly classes: readonly string[];
  readonly #entry: (index: number) => ImageEntry;
  readonly #corrupt = new Set<string>();
  readonly #reader = new ImageReader();

  constructor(index: {
    readonly kind: string;
    readonly synthetic: boolean;
    readonly length: number;
    readonly classes: readonly string[];
    readonly entry: (index: number) => ImageEntry;
  }) {
    ({ kind: this.kind, synthetic: this.synthetic, length: this.length, classes: this.classes } = index);
    this.#entry = index.entry;
  }

  get corrupt(): readonly string[] {
    return [...this.#corrupt];
  }

  entry(index: number): ImageEntry {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) {
      throw new RangeError(`The set has the images 0 to ${this.length - 1}, not ${index}.`);
    }
    return this.#entry(index);
  }

  async read(index: number): Promise<LabelledImage> {
    try {
      return await this.#reader.read(this.entry(index));
    } catch (error) {
      if (error instanceof CorruptImageError) this.reportCorrupt(error);
      throw error;
    }
  }

  reportCorrupt({ image, reason }: CorruptImageError): void {
    this.#corrupt.add(image);
    if (this.#corrupt.size <= this.length * LARGEST_CORRUPT_SHARE) return;
    const named = [...this.#corrupt].slice(0, NAMED_CORRUPT).join(', ');
    throw new TooManyCorruptImagesError(
      `Of ${this.length} images at least ${this.#corrupt.size} are corrupt, more than 1 %: ${named}` +
        `${this.#corrupt.size > NAMED_CORRUPT ? ', …' : ''} (the last: ${reason}). Repair or remove them.`,
    );
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }
}
