import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openStore, StoreCare, type ArtifactStore } from '@oblique/artifacts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from './step.js';
import { WorkflowEngine } from './workflowEngine.js';

let folder: string;
let computed: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damaged-'));
  computed = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A step that gives one artifact by its results and one, a checkpoint, by its value; the next reads both. */
const STEPS: readonly Step[] = [
  {
    id: 'train',
    description: 'training',
    step: 'test.train',
    version: '1',
    parameters: {},
    needs: [],
    run: async ({ store }) => {
      computed.push('train');
      const model = await put(store, 'model', 'weights '.repeat(1000));
      const checkpoint = await put(store, 'model', 'early weights '.repeat(1000));
      return { results: [model], value: { checkpoints: [checkpoint.digest] } };
    },
  },
  {
    id: 'measure',
    description: 'measuring',
    step: 'test.measure',
    version: '1',
    parameters: {},
    needs: ['train'],
    run: async ({ store, needed }) => {
      computed.push('measure');
      const bytes = await store.get(needed.result('train', 'model').digest);
      return { results: [await put(store, 'measurement', `D of ${bytes.length} bytes`)] };
    },
  },
];

function put(store: ArtifactStore, kind: string, text: string): ReturnType<ArtifactStore['put']> {
  return store.put(kind, new TextEncoder().encode(text), {
    step: 't',
    version: '1',
    parameters: null,
    inputs: [],
  });
}

/** Runs the steps as a process would that has just been started. */
async function run(): Promise<void> {
  const { status } = await new WorkflowEngine({ store: await openStore(folder) }).run(STEPS);
  expect(status.error).toBeUndefined();
  expect(status.state).toBe('succeeded');
}

/** Paths of the artifact that holds this text. */
async function pathOf(text: string): Promise<string> {
  for (const path of await files('artifacts'))
    if (!path.endsWith('.json') && (await readFile(path, 'utf8')).startsWith(text)) return path;
  throw new Error(`No artifact begins with ${text}.`);
}

async function files(below: string): Promise<string[]> {
  const entries = await readdir(join(folder, below), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
}

async function stepRecords(): Promise<string[]> {
  return files('records/steps');
}

const DAMAGES: Readonly<Record<string, () => Promise<void>>> = {
  'a truncated artifact': async () => truncate(await pathOf('weights'), 10),
  'an artifact with a flipped bit': async () => flip(await pathOf('weights')),
  'an artifact with bytes behind its end': async () => appendFile(await pathOf('weights'), 'x'),
  'an empty artifact': async () => truncate(await pathOf('weights'), 0),
  'an artifact whose bytes are gone': async () => rm(await pathOf('weights')),
  'an artifact whose manifest is gone': async () => rm(`${await pathOf('weights')}.json`),
  'an artifact whose manifest is empty': async () => truncate(`${await pathOf('weights')}.json`, 0),
  'an artifact whose manifest is of another': async () => {
    const other = await readFile(`${await pathOf('D of')}.json`);
    await writeFile(`${await pathOf('weights')}.json`, other);
  },
  'a damaged checkpoint, which only a value names': async () => flip(await pathOf('early weights')),
  'a folder in place of bytes': async () => {
    const path = await pathOf('weights');
    await rm(path);
    await mkdir(join(path, 'in', 'it'), { recursive: true });
  },
  'a folder in place of a manifest': async () => {
    const path = `${await pathOf('weights')}.json`;
    await rm(path);
    await mkdir(path);
  },
  'a file in place of a folder': async () => {
    const path = dirname(await pathOf('weights'));
    await rm(path, { recursive: true });
    await writeFile(path, 'in the way');
  },
  'a link that leads nowhere in place of a manifest': async () => {
    const path = `${await pathOf('weights')}.json`;
    await rm(path);
    await symlink(join(folder, 'nowhere'), path);
  },
  'records of steps that are no JSON': async () => {
    for (const path of await stepRecords()) await writeFile(path, '{"results": [');
  },
  'records of steps that are empty': async () => {
    for (const path of await stepRecords()) await truncate(path, 0);
  },
  'records of steps that are folders': async () => {
    for (const path of await stepRecords()) {
      await rm(path);
      await mkdir(path);
    }
  },
  'all artifacts gone, records left': async () => rm(join(folder, 'artifacts'), { recursive: true }),
  'no staging folder': async () => rm(join(folder, 'staging'), { recursive: true }),
  'a file in place of the staging folder': async () => {
    await rm(join(folder, 'staging'), { recursive: true });
    await writeFile(join(folder, 'staging'), '');
  },
  'a file that nobody may read': async () => chmod(await pathOf('weights'), 0o000),
};

/** Whether this user reads what nobody may read. */
const ROOT = process.getuid?.() === 0;

describe('running the same steps again puts right', () => {
  const names = Object.keys(DAMAGES).filter((name) => ROOT || !name.includes('may read'));
  it.each(names)('%s', async (name) => {
    await run();
    const before = await contents();
    await DAMAGES[name]!();
    await run();
    expect(await contents()).toEqual(before);
    computed = [];
    await run();
    expect(computed).toEqual([]);
    expect(await findings()).toEqual([]);
  });
});

/** The bytes of all artifacts. */
async function contents(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const path of await files('artifacts'))
    if (!path.endsWith('.json')) found.set(path, await readFile(path, 'utf8'));
  return found;
}

async function findings(): Promise<string[]> {
  const care = await StoreCare.open(folder);
  const found: string[] = [];
  for await (const { what, problem } of care.verify(new AbortController().signal, () => undefined))
    found.push(`${what}: ${problem}`);
  return found;
}

describe('the care of a store', () => {
  it('finds what is broken, and repaired it is whole again', async () => {
    await run();
    expect(await findings()).toEqual([]);
    await flip(await pathOf('weights'));
    await truncate(`${await pathOf('D of')}.json`, 3);
    await writeFile(join(folder, 'records', 'steps', 'nonsense.json'), 'x');
    const care = await StoreCare.open(folder);
    const progress: number[] = [];
    const signal = new AbortController().signal;
    const broken = [];
    for await (const finding of care.verify(signal, ({ doneBytes, totalBytes }) =>
      progress.push(doneBytes / totalBytes),
    ))
      broken.push(finding);
    // Two artifacts, the records of the steps that gave them, and one that is none.
    expect(broken).toHaveLength(5);
    expect(progress.at(-1)).toBe(1);
    for (const finding of broken) await care.repair(finding);
    expect(await findings()).toEqual([]);
    await run();
    expect(computed).toEqual(['train', 'measure', 'train', 'measure']);
  });

  it('removes what no run, training or model needs, and nothing of what one was made from', async () => {
    const store = await openStore(folder);
    const model = await put(store, 'model', 'needed by what a run gave');
    const made = { step: 't', version: '1', parameters: null, inputs: [model] };
    const result = await store.put('report', new TextEncoder().encode('of a run'), made);
    await store.putRecord('runs', 'r', { run: { report: [result.digest] } });
    const loose = await put(store, 'measurement', 'of nobody');
    await store.putRecord('measurements', 'm', { digest: loose.digest });
    const care = await StoreCare.open(folder);
    const going = async (ageMs: number): Promise<string[]> => {
      const paths: string[] = [];
      for await (const { path } of care.unneeded(ageMs, new AbortController().signal)) paths.push(path);
      return paths;
    };
    expect(await going(60_000)).toEqual([]);
    await new Promise((later) => setTimeout(later, 20));
    const paths = await going(1);
    expect(paths).toHaveLength(3);
    for (const path of paths) await care.remove(path);
    expect(await store.has(loose.digest)).toBe(false);
    expect(await store.getRecord('measurements', 'm')).toBeUndefined();
    expect(await store.isWhole(model.digest)).toBe(true);
    expect(await store.isWhole(result.digest)).toBe(true);
    const { kinds, collections } = await care.statistics(new AbortController().signal);
    expect(kinds.map(({ kind }) => kind).sort()).toEqual(['model', 'report']);
    expect(collections).toEqual([{ collection: 'runs', count: 1 }]);
  });
});
