import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runKind } from './runKind.js';
import { requestsKind } from './requestsKind.js';
import { modelsKind } from './modelsKind.js';
import { datasetsKind } from './datasetsKind.js';
import { storeKind } from './storeKind.js';

// npm run fuzz: inputs that nobody would send, over real sockets to real services. None may crash one, hang it, be called
// an internal error or leave memory behind.

const KINDS = [requestsKind, modelsKind, datasetsKind, storeKind];
const DEFAULT_CASES = 5000;

const { values } = parseArgs({
  options: {
    kind: { type: 'string' },
    seed: { type: 'string', default: '1' },
    cases: { type: 'string', default: String(DEFAULT_CASES) },
    case: { type: 'string' },
    out: { type: 'string', default: 'fuzz-findings' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(
    `npm run fuzz -- [--kind ${KINDS.map(({ name }) => name).join('|')}] [--seed N] [--cases N of each kind] [--case I] [--out FOLDER]\n`,
  );
} else {
  const kinds = KINDS.filter(({ name }) => values.kind === undefined || values.kind === name);
  if (kinds.length === 0) throw new Error(`There is no kind ${String(values.kind)}.`);
  const seed = Number(values.seed);
  const only = values.case === undefined ? undefined : Number(values.case);
  const range = only === undefined ? { from: 0, to: Number(values.cases) } : { from: only, to: only + 1 };
  const out = resolve(values.out);
  let failures = 0;
  for (const kind of kinds) {
    const home = await mkdtemp(join(tmpdir(), 'oblique-fuzz-'));
    try {
      const report = await runKind(kind, home, seed, range, async (finding, index) => {
        const line = `npm run fuzz -- --kind ${kind.name} --seed ${seed} --case ${index}`;
        const folder = join(out, `${kind.name}-${seed}-${index}`);
        await mkdir(folder, { recursive: true });
        await writeFile(join(folder, finding.fileName), finding.input);
        await writeFile(join(folder, 'README'), `${finding.what}\n${line}\n`);
        process.stdout.write(`✗ ${kind.name} ${index}: ${finding.what}\n  ${line}\n`);
      });
      failures += report.failures;
      process.stdout.write(`${report.text}\n`);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }
  process.exitCode = failures === 0 ? 0 : 1;
}
