import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tinyNetwork } from '../tinyNetwork.js';
import { disturbed, undisturbed, type Outcome, type Scenario } from './scenario.js';
import { seededScenario } from './seededScenarios.js';
import { WORKS, type Work } from './work.js';

// npm run test:faults: seeded kills, stops and pauses of any process of the house, at any time. The work must come to its
// end by itself or by the same command repeated once, to the bytes of an undisturbed run, and leave no process behind.

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    /** Of the first scenario; one alone is repeated with --from N --count 1. */
    from: { type: 'string', default: '0' },
    parallel: { type: 'string', default: '1' },
    verbose: { type: 'boolean', default: false },
  },
});
const count = Number(values.count);
const seed = Number(values.seed);
const from = Number(values.from);

const startMs = performance.now();
const folder = await mkdtemp(join(tmpdir(), 'oblique-faults-'));
const outcomes: { readonly scenario: Scenario; readonly outcome: Outcome }[] = [];
try {
  await writeFile(join(folder, 'tiny.onnx'), tinyNetwork());
  const references = new Map<Work, Awaited<ReturnType<typeof undisturbed>>>();
  for (const work of WORKS) {
    const reference = await undisturbed(work, join(folder, 'reference'));
    references.set(work, reference);
    print(
      `undisturbed: ${work.name}, ${(reference.milliseconds / 1000).toFixed(1)} s, ${reference.outputs.size} files`,
    );
  }
  const referenceOf = (work: Work): Awaited<ReturnType<typeof undisturbed>> => {
    const reference = references.get(work);
    if (reference === undefined) throw new Error(`${work.name} has no reference.`);
    return reference;
  };
  let next = from;
  const worker = async (): Promise<void> => {
    while (next < from + count) {
      const index = next;
      next += 1;
      const scenario = seededScenario(seed, index, (work) => referenceOf(work).milliseconds);
      const place = join(folder, `scenario-${index}`);
      const outcome = await disturbed(scenario, place, referenceOf(scenario.work).outputs);
      await rm(place, { recursive: true, force: true });
      outcomes.push({ scenario, outcome });
      print(lineOf(index, scenario, outcome));
      if (!outcome.good || values.verbose) print(outcome.said);
    }
  };
  await Promise.all(Array.from({ length: Number(values.parallel) }, worker));
} finally {
  await rm(folder, { recursive: true, force: true });
}
const good = outcomes.filter(({ outcome }) => outcome.good);
const ended = (end: string): number => good.filter(({ outcome }) => outcome.end === end).length;
print(
  `${good.length} of ${outcomes.length} came to the same bytes: ${ended('by itself')} by themselves, ${ended('repeated')} by ` +
    `the same command repeated once, ${ended('not hit')} had ended before the fault came. ` +
    `Seed ${seed}, ${Math.round((performance.now() - startMs) / 1000)} s.`,
);
process.exitCode = good.length === outcomes.length ? 0 : 1;

function lineOf(
  index: number,
  { work, up, atUp, victim, fault, atMs, pauseMs }: Scenario,
  outcome: Outcome,
): string {
  const what = fault === 'pause' ? `pause of ${(pauseMs / 1000).toFixed(1)} s` : fault;
  const where = `${up ? 'over "up"' : 'own services'}${atUp ? ', while "up" starts' : ''}`;
  const time = `at ${(atMs / 1000).toFixed(1)} s`;
  return `${index}: ${work.name} (${where}), ${what} of ${victim} ${time}: ${outcome.end}, ${outcome.seconds.toFixed(1)} s`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
