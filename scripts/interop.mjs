// npm run test:interop: clients in other languages against real services. Where Python is missing it says so and passes.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, setup } from './setup.mjs';

const OLDEST_PYTHON = [3, 10];

setup();
const python = findPython();
if (python === undefined) {
  console.log(
    `Skipped: the tests of libs/python need Python ${OLDEST_PYTHON.join('.')} or newer, with venv and pip.`,
  );
} else {
  const environment = join(root, 'node_modules/.oblique-python');
  const bin = (name) => join(environment, process.platform === 'win32' ? 'Scripts' : 'bin', name);
  if (!existsSync(bin('python'))) run(python, ['-m', 'venv', environment]);
  run(bin('python'), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    './libs/python[test,plot]',
  ]);
  run(bin('python'), ['-m', 'mypy'], { cwd: join(root, 'libs/python') });
  run(bin('python'), ['-m', 'pytest', '-q', ...process.argv.slice(2)], { cwd: join(root, 'libs/python') });
}

function findPython() {
  const check = `import sys, venv; sys.exit(sys.version_info < (${OLDEST_PYTHON.join(', ')}))`;
  return ['python3', 'python'].find((command) => spawnSync(command, ['-c', check]).status === 0);
}
