import type { SceneOptions } from '@oblique/scenes';
import type { ImageEntry } from './imageEntry.js';
import type { SkippedEntry } from './skippedEntry.js';

/** Where images come from. */
export type DatasetSource =
  /** The embedded procedural world. */
  | { readonly kind: 'scenes'; readonly scenes: SceneOptions; readonly limit?: number | undefined }
  | {
      readonly kind: 'location';
      /**
       * A path, `s3://bucket/prefix` or `http(s)://` address. An archive's folder is chosen by `#`, as in
       * `photographs.tar#photographs/test`.
       */
      readonly location: string;
      /** Only this many images, evenly over the classes; all when undefined. */
      readonly limit?: number | undefined;
    };

/** One image and what is known of it. */
export interface LabelledImage {
  /** RGB, [height, width, 3]. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Index of the set's classes; 0 where it has none. */
  readonly classIndex: number;
  /** Scenes only: of the object, counter-clockwise on the screen from horizontal, in [0, π). */
  readonly objectOrientationRad?: number;
}

/** Images that are decoded as they are asked for, in a fixed order. */
export interface ImageSet {
  /** What it was read from, e.g. "scenes", "image folder", "tar archive". */
  readonly kind: string;
  readonly synthetic: boolean;
  readonly length: number;
  /** Names; empty where the images have no classes. */
  readonly classes: readonly string[];
  /** What there is at the location beside the images, and images found unreadable so far. */
  readonly skipped: readonly SkippedEntry[];
  /** Where the pixels of an image come from, to be read elsewhere (in a worker thread, say). */
  entry(index: number): ImageEntry;
  /**
   * @throws CorruptImageError where the image cannot be decoded; it is counted in `skipped`
   * @throws TooManyCorruptImagesError where more than one image is corrupt and more than 1 % of the set
   */
  read(index: number): Promise<LabelledImage>;
  /**
   * Counts an image that was found unreadable elsewhere.
   * @throws TooManyCorruptImagesError where more than one image is corrupt and more than 1 % of the set
   */
  reportCorrupt(error: CorruptImageError): void;
  close(): Promise<void>;
}

/** A set of images that cannot be opened, or not used as asked; the message says what to do. */
export class DatasetError extends Error {
  override readonly name: string = 'DatasetError';
}

/** One image that cannot be decoded. */
export class CorruptImageError extends DatasetError {
  override readonly name = 'CorruptImageError';
  constructor(
    readonly image: string,
    readonly reason: string,
  ) {
    super(`${image} cannot be read: ${reason}`);
  }
}

/** So many images are corrupt that the set is not what it should be. */
export class TooManyCorruptImagesError extends DatasetError {
  override readonly name = 'TooManyCorruptImagesError';
}
