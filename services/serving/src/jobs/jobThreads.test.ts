import { readProgram } from '@oblique/onnx';
import { ServiceError } from '@oblique/service';
import { afterAll, expect, it } from 'vitest';
import { linearNetwork, networkWithout } from '../testing/smallNetworks.js';
import { JobThreads } from './jobThreads.js';
import type { WrittenProgramRequest } from './jobs.js';
import { writeSensitivityProgram } from '@oblique/sensitivity';
import { sharedBytes } from './sharedBytes.js';

const jobs = new JobThreads();
const never = new AbortController().signal;

afterAll(() => jobs.close());

const asked = (network: Uint8Array, tensor: string): WrittenProgramRequest => ({
  network: sharedBytes(network),
  stimulus: {
    family: 'gabor',
    widthPixels: 16,
    heightPixels: 16,
    stretch: 'none',
    input: 'direct',
    parameters: {},
  },
  variable: 'orientation',
  layers: [{ name: tensor, tensor, operator: 'Conv' }],
  precision: 'float32',
  derivative: { kind: 'exact' },
  weightInputs: [],
  oneStimulus: false,
});

async function failureOf(work: Promise<unknown>): Promise<ServiceError> {
  const outcome: unknown = await work.catch((error: unknown) => error);
  if (outcome instanceof ServiceError) return outcome;
  throw new Error(`A ServiceError was due, not ${String(outcome)}.`);
}

it('a thread writes the program that the caller would write, byte for byte', async () => {
  const { network, ...options } = asked(linearNetwork(), 'filtered');
  const here = writeSensitivityProgram({ ...options, network: readProgram(network) });
  const there = await jobs.run('writeSensitivity', { network, ...options }, never);
  expect(there.file.digest).toBe(here.file.digest);
  expect(Buffer.from(there.file.memory).equals(Buffer.from(here.file.memory))).toBe(true);
  expect({ ...there, file: 0 }).toEqual({ ...here, file: 0 });
});

it('a network that a thread has read is that which the caller would read', async () => {
  const file = sharedBytes(linearNetwork());
  expect(await jobs.run('readNetwork', file, never)).toEqual(readProgram(file));
});

it.each<[reason: string, fields: readonly string[], request: WrittenProgramRequest]>([
  ['UNSUPPORTED_OPERATOR', [], asked(networkWithout('RandomNormalLike', ''), 'answer')],
  ['MALFORMED_MODEL', [], asked(new TextEncoder().encode('no network'), 'answer')],
  [
    'INVALID_ARGUMENT',
    [],
    { ...asked(linearNetwork(48), 'filtered'), derivative: { kind: 'centralDifference', step: 0.1 } },
  ],
  [
    'UNKNOWN_PARAMETER',
    ['stimulus.parameters.size'],
    { ...asked(linearNetwork(), 'filtered'), variable: 'size' },
  ],
])('what cannot be comes back as %s, with the fields it is about', async (reason, fields, request) => {
  const refused = await failureOf(jobs.run('writeSensitivity', request, never));
  expect(refused.reason).toBe(reason);
  expect(refused.fields.map(({ field }) => field)).toEqual(fields);
  expect(refused.message.length).toBeGreaterThan(20);
});

it('an abort ends a job in the middle, with the reason of the signal, and the next one is done', async () => {
  const stop = new AbortController();
  const recipe = {
    kind: 'architecture',
    architecture: 'alexnet',
    options: { seed: 1 },
    preprocessing: undefined,
  } as const;
  const making = jobs.run('makeNetwork', recipe, stop.signal);
  expect(jobs.running).toBe(1);
  const reason = new Error('enough');
  setImmediate(() => {
    stop.abort(reason);
  });
  await expect(making).rejects.toBe(reason);
  expect(jobs.running).toBe(0);
  expect(await jobs.run('readNetwork', sharedBytes(linearNetwork()), never)).toMatchObject({
    name: 'linear',
  });
});
