import { buildNetwork } from '@oblique/networks';
import { writeProgram } from '@oblique/onnx';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReferenceNetwork } from './referenceFile.js';

/**
 * The ONNX file of a reference network: built anew where it is a built-in one, else read from `networks` in the data
 * folder; undefined where it would have to be read and there is no data folder.
 */
export async function referenceNetworkBytes(
  { architecture, seed, file }: Pick<ReferenceNetwork, 'architecture' | 'seed' | 'file'>,
  dataFolder: string | undefined,
): Promise<Uint8Array | undefined> {
  if (architecture !== undefined) return writeProgram(buildNetwork(architecture, { seed: seed ?? 0 }));
  if (file === undefined) throw new Error('A reference network has a file or an architecture.');
  return dataFolder === undefined ? undefined : readFile(join(dataFolder, 'networks', file));
}
