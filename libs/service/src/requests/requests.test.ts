import { Client, credentials } from '@grpc/grpc-js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stimulusV1 } from '@oblique/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { defineService } from '../serviceDefinition.js';
import { implement } from '../implement.js';
import { unary } from '../handlers.js';
import { ServiceError } from '../serviceError.js';
import { startService, type RunningService } from '../startService.js';

const { CompileStimulusRequest } = stimulusV1;
const SERVICE = '/oblique.stimulus.v1.StimulusService';

/** What reached the handlers. */
const received: unknown[] = [];

const echo = defineService({
  name: 'echo',
  description: 'Notes what it is asked.',
  defaultPort: 0,
  version: '1',
  register: async () => [
    implement(stimulusV1.StimulusServiceService, {
      listFamilies: unary(async () => ({ families: [] })),
      compileStimulus: unary(async (request) => {
        received.push(request);
        return { program: undefined };
      }),
      renderStimulus: unary(async (request) => {
        received.push(request);
        return stimulusV1.RenderStimulusResponse.fromPartial({});
      }),
    }),
  ],
});

let folder: string;
let service: RunningService;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-requests-'));
  service = await startService(echo, ['--port', '0', '--store', folder, '--log-level', 'silent']);
  client = new Client(service.endpoint, credentials.createInsecure());
});

afterAll(async () => {
  client.close();
  await service.close();
  await rm(folder, { recursive: true });
});

/** How bytes that are no request end. */
async function refusal(bytes: Uint8Array, path = `${SERVICE}/CompileStimulus`): Promise<ServiceError> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      path,
      (sent: Buffer) => sent,
      (got: Buffer) => got,
      Buffer.from(bytes),
      (error) => {
        if (error === null) reject(new Error('It was answered.'));
        else resolve(ServiceError.from(error));
      },
    );
  });
}

function compile(change: Partial<stimulusV1.StimulusSpec>): Uint8Array {
  return CompileStimulusRequest.encode(
    CompileStimulusRequest.fromPartial({ stimulus: { family: 'gabor', ...change } }),
  ).finish();
}

describe('the border of a service', () => {
  it.each([
    ['bytes at random', Buffer.from('ffffffff', 'hex')],
    ['a message cut short', Buffer.from(compile({ family: 'x'.repeat(100) })).subarray(0, 50)],
  ])('says that %s are no request', async (_, bytes) => {
    const { reason, message } = await refusal(bytes);
    expect(reason).toBe('INVALID_ARGUMENT');
    expect(message).toContain('oblique.stimulus.v1.CompileStimulusRequest');
  });

  it('names the number that is too large, and what is allowed', async () => {
    const { reason, message, fields } = await refusal(compile({ widthPixels: 4_000_000_000 }));
    expect(reason).toBe('VALUE_OUT_OF_RANGE');
    expect(message).toContain('stimulus.width_pixels = 4000000000');
    expect(message).toContain('from 0 to 4096');
    expect(fields.map(({ field }) => field)).toEqual(['stimulus.width_pixels']);
  });

  it('refuses an unknown value of an enumeration, and lists those there are', async () => {
    const { reason, message } = await refusal(
      compile({ input: stimulusV1.inputEncodingFromJSON('none of them') }),
    );
    expect(reason).toBe('INVALID_ARGUMENT');
    expect(message).toContain('stimulus.input = -1');
    expect(message).toContain('INPUT_ENCODING_IMAGENET (2)');
  });

  it('refuses texts that are too long or hold a NUL', async () => {
    expect((await refusal(compile({ family: 'x'.repeat(5000) }))).fields[0]?.field).toBe('stimulus.family');
    expect((await refusal(compile({ family: 'ga\0bor' }))).reason).toBe('INVALID_ARGUMENT');
  });

  it('refuses a message that is too large before it is read', async () => {
    const { reason, message } = await refusal(Buffer.alloc(9 * 2 ** 20));
    expect(reason).toBe('MESSAGE_TOO_LARGE');
    expect(message).toContain('8388608');
  });

  it('has let none of these reach a handler', () => {
    expect(received).toEqual([]);
  });
});
