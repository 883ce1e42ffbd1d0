// npm run bench: what speed there is, as ratios measured side by side in one run.
import { join } from 'node:path';
import { root, run, setup } from './setup.mjs';

setup();
run(process.execPath, [join(root, 'e2e/dist/bench/main.js'), ...process.argv.slice(2)]);
