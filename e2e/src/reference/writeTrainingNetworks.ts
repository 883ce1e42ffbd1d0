import { writeProgram } from '@oblique/onnx';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainingNetwork, type TrainingCase } from './trainingCases.js';

// node dist/reference/writeTrainingNetworks.js FOLDER writes the networks of reference/training/cases.json as ONNX files,
// whose weights reference/make_training_reference.py reads.

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: writeTrainingNetworks.js FOLDER');
const cases = JSON.parse(
  await readFile(new URL('../../reference/training/cases.json', import.meta.url), 'utf8'),
) as { readonly gradients: readonly TrainingCase[]; readonly course: TrainingCase };
for (const trainingCase of [...cases.gradients, cases.course]) {
  await writeFile(join(folder, `${trainingCase.name}.onnx`), writeProgram(trainingNetwork(trainingCase)));
}
