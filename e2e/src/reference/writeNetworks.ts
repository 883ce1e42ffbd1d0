import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReferenceNetwork } from './referenceFile.js';
import { referenceNetworkBytes } from './referenceNetworkBytes.js';

// node dist/reference/writeNetworks.js FOLDER writes the built-in networks of reference/cases.json as ONNX files, which
// reference/make_reference.py reads.

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: writeNetworks.js FOLDER');
const cases = JSON.parse(
  await readFile(new URL('../../reference/cases.json', import.meta.url), 'utf8'),
) as Record<string, Pick<ReferenceNetwork, 'architecture' | 'seed' | 'file'>>;
for (const [name, network] of Object.entries(cases)) {
  if (network.architecture === undefined) continue;
  const bytes = await referenceNetworkBytes(network, undefined);
  if (bytes !== undefined) await writeFile(join(folder, `${name}.onnx`), bytes);
}
