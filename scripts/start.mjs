// npm start: the main job. The whole paper in its quick form, on the built-in networks (untrained: honest controls) or the
// ONNX files that OBLIQUE_MODELS names, through services that live as long as it does.
import { spawnSync } from 'node:child_process';
import { delimiter, join, resolve } from 'node:path';
import { root, setup } from './setup.mjs';

setup();
const models = (process.env.OBLIQUE_MODELS ?? '')
  .split(delimiter === ';' ? /[,;]/ : /[,:]/)
  .map((file) => file.trim())
  .filter((file) => file !== '')
  .map((file) => resolve(file));
// Named together with the given networks, since the claims about pooling need both of a pair of architectures.
const networks =
  models.length === 0 ? [] : ['--networks', [...models, 'alexnet', 'alexnet_nonoverlapping'].join(',')];
const { status, signal } = spawnSync(
  process.execPath,
  [
    join(root, 'libs/cli/bin/oblique.js'),
    'reproduce',
    '--profile',
    'quick',
    ...networks,
    '--out',
    'report',
    '--force',
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(signal === null ? (status ?? 1) : 130);
