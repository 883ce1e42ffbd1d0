// Brings a clone to the point where everything runs: dependencies installed, contracts generated, code compiled.
// Each step is left out where nothing that it depends on has changed since it last ran.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const OLDEST_NODE = [20, 19];

export function setup() {
  checkNode();
  checkClone();
  install();
  generate();
  forgetIncompleteCode();
  run(process.execPath, [bin('typescript/bin/tsc'), '-b']);
}

export function generate() {
  const buf = bin('@bufbuild/buf/bin/buf');
  mkdirSync(join(root, 'libs/contracts/generated'), { recursive: true });
  step(
    'Generating contracts',
    join(root, 'node_modules/.oblique-generated'),
    ['buf.gen.yaml', 'libs/onnx/buf.gen.yaml', ...filesIn('proto'), ...filesIn('libs/onnx/proto')],
    // The image lies outside src/generated, which buf generate empties.
    [
      [process.execPath, [buf, 'generate']],
      [process.execPath, [buf, 'generate', '--template', 'libs/onnx/buf.gen.yaml']],
      [process.execPath, [buf, 'build', 'proto', '-o', 'libs/contracts/generated/descriptors.binpb']],
    ],
    ['libs/contracts/generated/descriptors.binpb', 'libs/onnx/src/generated/onnx.ts'],
  );
}

/** Runs `command` in the clone; where it fails, so does this process. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

function bin(path) {
  return join(root, 'node_modules', path);
}

/** The npm that runs this script, else the one on the path. */
function npm(...args) {
  const own = process.env.npm_execpath ?? '';
  return own.endsWith('npm-cli.js') ? [process.execPath, [own, ...args]] : ['npm', args];
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  console.error(`Oblique needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** The folders of the clone's own packages, as the lock file has them. */
function workspaces() {
  return Object.keys(packagesOf(join(root, 'package-lock.json'))).filter(
    (path) => path !== '' && !path.includes('node_modules/'),
  );
}

function checkClone() {
  const missing = workspaces().find((folder) => !existsSync(join(root, folder, 'package.json')));
  if (missing === undefined) return;
  console.error(`${missing} is missing or damaged; bring it back with: git checkout -- ${missing}`);
  process.exit(1);
}

function install() {
  const missing = missingPackage();
  if (missing === undefined) return;
  console.error(
    missing === 'node_modules' ? 'Installing dependencies …' : `Installing dependencies (${missing}) …`,
  );
  const [command, args] = npm('ci', '--no-audit', '--no-fund', '--loglevel=error');
  run(command, args, { stdio: ['ignore', 2, 2] });
}

/** A package that the lock file asks for and that is not there, or in another version; npm keeps a list of those there are. */
function missingPackage() {
  const list = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(list)) return 'node_modules';
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const found = packagesOf(list);
  const missing = Object.entries(wanted).find(
    ([path, { version, optional }]) =>
      path !== '' && (found[path] ?? (optional ? wanted[path] : {})).version !== version,
  );
  return missing?.[0] ?? Object.keys(found).find((path) => !existsSync(join(root, path, 'package.json')));
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return {};
  }
}

/** Where compiled code is missing, the compiler's record that it is there goes too, so that it is compiled anew. */
function forgetIncompleteCode() {
  for (const folder of workspaces()) {
    const record = join(root, folder, 'dist/.tsbuildinfo');
    if (!existsSync(record)) continue;
    const sources = filesIn(join(folder, 'src')).filter((file) => /(?<!\.d)\.ts$/.test(file));
    const compiled = sources.map((file) => file.replace(/^(.*?)src/, '$1dist').replace(/\.ts$/, ''));
    const whole = compiled.every((file) =>
      ['.js', '.d.ts'].every((ending) => existsSync(join(root, file + ending))),
    );
    if (!whole) rmSync(record);
  }
}

function step(title, stamp, inputs, commands, products = []) {
  const hash = createHash('sha256').update(process.versions.modules);
  for (const input of inputs) hash.update(input).update(readFileSync(join(root, input)));
  const digest = hash.digest('hex');
  const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
  if (done && products.every((product) => existsSync(join(root, product)))) return;
  console.error(`${title} …`);
  for (const [command, args] of commands) run(command, args, { stdio: ['ignore', 2, 2] });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digest);
}

function filesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setup();
