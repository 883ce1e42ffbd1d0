// npm run fuzz: inputs that nobody would send, to real services; see e2e/src/fuzz/main.ts for its options.
import { join } from 'node:path';
import { root, run, setup } from './setup.mjs';

setup();
run(process.execPath, [join(root, 'e2e/dist/fuzz/main.js'), ...process.argv.slice(2)]);
