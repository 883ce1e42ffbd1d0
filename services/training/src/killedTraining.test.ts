import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openStore } from '@oblique/artifacts';
import { trainingV1 } from '@oblique/contracts';
import { createClient, type ServiceClient } from '@oblique/service';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { smallTraining } from './testing/smallTraining.js';

const STEPS = 40;
const SPEC = smallTraining({
  steps: STEPS,
  heldOutFraction: 0.2,
  checkpoints: { every: 10 },
  observationSteps: { logarithmic: 6 },
  observations: [
    {
      name: 'gabor',
      stimulus: { family: 'gabor', parameters: { sigma: 4 } },
      variable: 'orientation',
      grid: [{ parameter: 'orientation', values: [0, 45, 90] }],
    },
  ],
});

let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'killed-training-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

type Client = ServiceClient<typeof trainingV1.TrainingServiceService>;

/** The service as a process of its own, over a store of this name. */
async function launched(store: string): Promise<{ child: ChildProcess; client: Client }> {
  const script = fileURLToPath(new URL('./main.js', import.meta.url));
  const flags = [
    '--port',
    '0',
    '--store',
    join(folder, store),
    '--log-level',
    'silent',
    '--snapshot-seconds',
    '0',
  ];
  const child = spawn(process.execPath, [script, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line]: unknown[] = await once(createInterface(child.stdout), 'line');
  const { endpoint } = JSON.parse(String(line)) as { endpoint: string };
  return { child, client: createClient(trainingV1.TrainingServiceService, endpoint) };
}

async function ended(client: Client, id: string): Promise<trainingV1.Training | undefined> {
  for await (const { event } of client.watchTraining({ id }))
    if (event?.$case === 'ended') return event.value;
  return undefined;
}

it('a killed service goes on by itself when it starts again, and ends with the same bits', async () => {
  const whole = await launched('whole');
  const { training } = await whole.client.startTraining({ spec: SPEC, label: 'killed' });
  const id = training?.id ?? '';
  const unbroken = await ended(whole.client, id);
  expect(unbroken?.state).toBe(trainingV1.TrainingState.TRAINING_STATE_SUCCEEDED);
  whole.client.close();

  const first = await launched('broken');
  await first.client.startTraining({ spec: SPEC, label: 'killed' });
  for await (const { event } of first.client.watchTraining({ id }))
    if (event?.$case === 'metrics' && event.value.step >= 15) break;
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  first.client.close();
  const leftByTheKilled = await snapshots('broken');

  const second = await launched('broken');
  // Nobody starts it: the service does.
  const { training: resumed } = await second.client.getTraining({ id });
  expect(resumed?.step).toBeGreaterThan(0);
  const whenBroken = await ended(second.client, id);
  second.client.close();

  expect(whenBroken?.label).toBe('killed');
  expect(whenBroken?.checkpoints).toEqual(unbroken?.checkpoints);
  expect({ ...whenBroken?.result, seconds: 0 }).toEqual({ ...unbroken?.result, seconds: 0 });
  // Those which the killed process had put but not yet written down are known to nobody; no others stay.
  expect(leftByTheKilled).toEqual(expect.arrayContaining(await snapshots('broken')));
  expect((await snapshots('broken')).length).toBeLessThan(leftByTheKilled.length);
  expect(await snapshots('whole')).toEqual([]);
});

/** Snapshots that were left in the store. */
async function snapshots(store: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { artifact } of (await openStore(join(folder, store))).list())
    if (artifact.kind === 'training-snapshot.npz') found.push(artifact.digest);
  return found;
}
