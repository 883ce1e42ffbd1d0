import type { ImageEntry } from './imageEntry.js';
import { ImageReader } from './imageReader.js';
import {
  CorruptImageError,
  TooManyCorruptImagesError,
  type ImageSet,
  type LabelledImage,
} from './imageSet.js';
import { listSkipped, type SkippedEntry } from './skippedEntry.js';

const LARGEST_CORRUPT_SHARE = 0.01;

/** Images of which it is known where each lies. */
export class IndexedImages implements ImageSet {
  readonly kind: string;
  readonly synthetic: boolean;
  readonly length: number;
  readonly classes: readonly string[];
  readonly #entry: (index: number) => ImageEntry;
  readonly #listed: readonly SkippedEntry[];
  readonly #corrupt = new Map<string, SkippedEntry>();
  readonly #reader = new ImageReader();

  constructor(index: {
    readonly kind: string;
    readonly synthetic: boolean;
    readonly length: number;
    readonly classes: readonly string[];
    readonly skipped: readonly SkippedEntry[];
    readonly entry: (index: number) => ImageEntry;
  }) {
    ({ kind: this.kind, synthetic: this.synthetic, length: this.length, classes: this.classes } = index);
    this.#entry = index.entry;
    this.#listed = index.skipped;
  }

  get skipped(): readonly SkippedEntry[] {
    return [...this.#listed, ...this.#corrupt.values()];
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
    this.#corrupt.set(image, { name: image, reason });
    const allowed = Math.max(1, this.length * LARGEST_CORRUPT_SHARE);
    if (this.#corrupt.size <= allowed && this.#corrupt.size < this.length) return;
    throw new TooManyCorruptImagesError(
      `Of ${this.length} images at least ${this.#corrupt.size} cannot be read, more than 1 %: ` +
        `${listSkipped([...this.#corrupt.values()])}. Repair or remove them.`,
    );
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }
}
