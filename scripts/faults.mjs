// npm run test:faults: kills, stops and pauses any process in the midst of work, and sees that nothing is lost.
import { join } from 'node:path';
import { root, run, setup } from './setup.mjs';

setup();
run(process.execPath, [join(root, 'e2e/dist/faults/main.js'), ...process.argv.slice(2)]);
