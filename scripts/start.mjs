// npm start: the main job. The orientation analysis of built-in, untrained networks (honest controls) and of the ONNX
// files that OBLIQUE_MODELS names, through services that live as long as it does.
import { spawnSync } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';
import { root, setup } from './setup.mjs';

const BUILT_IN = ['resnet18', 'alexnet', 'alexnet_nonoverlapping', 'alexnet_strided'];

setup();
const files = (process.env.OBLIQUE_MODELS ?? '')
  .split(/[,;]/)
  .flatMap((part) => part.split(delimiter === ';' ? ';' : ':'));
const models = files
  .map((file) => file.trim())
  .filter((file) => file !== '')
  .map((file) => resolve(file));
const out = join('report', 'orientation');
const { status, signal } = spawnSync(
  process.execPath,
  [
    join(root, 'libs/cli/bin/oblique.js'),
    'run',
    'orientation',
    '--networks',
    [...models, ...BUILT_IN].join(','),
    '--out',
    out,
    '--force',
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(signal === null ? (status ?? 1) : 130);
