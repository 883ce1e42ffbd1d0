import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, RecordCorruptError, type ArtifactStore } from '@oblique/artifacts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newRun, State, type Run } from './runMessage.js';
import { isGone, thisOwner, type RecordOwner } from '@oblique/service';
import { newRunId, RunRecords } from './runRecords.js';

let folder: string;
let store: ArtifactStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runs-'));
  store = await openStore(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const CREATED = new Date('2026-01-31T23:59:58Z');

function run(second: number, state = State.STATE_RUNNING): Run {
  const created = new Date(CREATED.getTime() + 1000 * second);
  const id = newRunId(created, '0123abcd');
  const parameters = { seeds: [0, 1], gaborGrid: false, networks: ['a'], nothing: null };
  return { ...newRun(id, 'orientation', parameters, created), state };
}

function deadPid(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

describe('a run in the store', () => {
  it('is read as it was written', async () => {
    const records = new RunRecords(store, thisOwner());
    const whole: Run = {
      ...run(0),
      finished: new Date('2026-02-01T00:00:00Z'),
      state: State.STATE_SUCCEEDED,
      steps: [
        {
          id: 's',
          description: 'd',
          state: State.STATE_SUCCEEDED,
          progress: { stage: 'x', done: 1, total: 2, unit: 'stimuli', ratePerSecond: 0.5, secondsLeft: 2 },
          cached: true,
          seconds: 1.5,
          error: '',
          results: [{ digest: `sha256:${'0'.repeat(64)}`, kind: 'k', sizeBytes: 3 }],
        },
      ],
      report: [
        { path: 'report.html', artifact: { digest: `sha256:${'1'.repeat(64)}`, kind: 'k', sizeBytes: 3 } },
      ],
    };
    await records.save(whole);
    expect(await records.find(whole.id)).toEqual(whole);
  });

  it('lists a broken record with why beside those that are whole', async () => {
    const records = new RunRecords(store, thisOwner());
    await records.save(run(7));
    await store.putRecord('runs', '20260101-000000-00000000', { run: {}, owner: null });
    await store.putRecord('runs', '20260101-000000-00000001', 'no run at all');
    const { runs, broken } = await records.list();
    expect(runs.map(({ id }) => id)).toContain(run(7).id);
    expect(broken.map(({ name }) => name).sort()).toEqual([
      '20260101-000000-00000000',
      '20260101-000000-00000001',
    ]);
    await expect(records.find('20260101-000000-00000001')).rejects.toBeInstanceOf(RecordCorruptError);
  });

  it('is interrupted once its process is dead, and not before', async () => {
    const self = thisOwner();
    const dead: RecordOwner = { instance: 'other', host: hostname(), pid: deadPid() };
    const alive: RecordOwner = { instance: 'other', host: hostname(), pid: process.ppid };
    await new RunRecords(store, dead).save(run(0));
    await new RunRecords(store, alive).save(run(1));
    await new RunRecords(store, self).save(run(2));
    await new RunRecords(store, dead).save(run(3, State.STATE_SUCCEEDED));
    const { runs } = await new RunRecords(store, self).list();
    const states = runs.map(({ state }) => state);
    expect(states).toEqual([
      State.STATE_SUCCEEDED,
      State.STATE_RUNNING,
      State.STATE_RUNNING,
      State.STATE_INTERRUPTED,
    ]);
    const records = new RunRecords(store, self);
    expect((await records.list()).orphans.map(({ id }) => id)).toEqual([run(0).id]);
    // Once it is written down as interrupted, it waits until somebody asks for it.
    await records.save({ ...run(0), state: State.STATE_INTERRUPTED });
    expect((await records.list()).orphans).toEqual([]);
  });

  it('is not looked for under a name that is no id', async () => {
    const records = new RunRecords(store, thisOwner());
    for (const id of ['', '../models/x', '20260131-235958-0123ABCD'])
      expect(await records.find(id)).toBeUndefined();
  });
});

it('an owner on another machine is gone when it has been silent for long', () => {
  const self = thisOwner();
  const other = { instance: 'other', host: 'elsewhere', pid: self.pid };
  const now = new Date();
  expect(isGone(other, new Date(now.getTime() - 10_000), self, now)).toBe(false);
  expect(isGone(other, new Date(now.getTime() - 60_000), self, now)).toBe(true);
  expect(isGone(self, new Date(0), self, now)).toBe(false);
  // A container that was started again has the same process id.
  expect(isGone({ ...self, instance: 'before' }, now, self, now)).toBe(true);
});
