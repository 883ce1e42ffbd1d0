import type { SceneOptions } from '@oblique/scenes';
import type { S3Location } from '@oblique/artifacts';

/** Bytes of a local file or of an object in S3. A path is bytes itself where these are no UTF-8. */
export type ByteRange =
  | { readonly kind: 'file'; readonly path: string | Uint8Array }
  | {
      readonly kind: 'slice';
      readonly path: string | Uint8Array;
      readonly offset: number;
      readonly sizeBytes: number;
    }
  | { readonly kind: 'object'; readonly bucket: S3Location; readonly key: string };

/** Where the pixels of one image come from, in a form that can be sent to a worker thread. */
export type ImageEntry =
  /** JPEG, PNG, WebP, TIFF, GIF or AVIF. */
  | {
      readonly kind: 'encoded';
      readonly name: string;
      readonly classIndex: number;
      readonly bytes: ByteRange;
    }
  /** Bytes [height, width, channels] or, planar, [channels, height, width]. */
  | {
      readonly kind: 'raw';
      readonly name: string;
      readonly classIndex: number;
      readonly bytes: ByteRange;
      readonly width: number;
      readonly height: number;
      readonly channels: 1 | 3;
      readonly planar: boolean;
    }
  | { readonly kind: 'scene'; readonly options: SceneOptions; readonly index: number };
