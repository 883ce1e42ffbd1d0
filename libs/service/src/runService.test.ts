import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { stimulusV1 } from '@oblique/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { checkHealth } from './checkHealth.js';
import { createClient } from './createClient.js';
import { EXIT_CODES, type ReadyLine } from './runService.js';

type Process = ChildProcessByStdio<Writable, Readable, Readable>;

const main = fileURLToPath(new URL('./fixtures/main.js', import.meta.url));

let folder: string;
let processes: Process[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-process-'));
  processes = [];
});

afterEach(async () => {
  for (const child of processes) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

function run(...argv: string[]): Process {
  const child = spawn(process.execPath, [main, '--store', folder, ...argv], {
    env: {
      ...process.env,
      OBLIQUE_STIMULUS_ENDPOINT: 'elsewhere:1',
      OBLIQUE_FIXTURE_PORT: 'tcp://10.0.0.1:80',
    },
    stdio: 'pipe',
  });
  processes.push(child);
  return child;
}

async function readyLine(child: Process): Promise<ReadyLine> {
  const [line]: unknown[] = await once(createInterface(child.stdout), 'line');
  const ready: ReadyLine = JSON.parse(String(line));
  return ready;
}

async function exitOf(child: Process): Promise<{ code: unknown; stderr: string }> {
  const [[code], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
  return { code, stderr };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  'says where it listens, serves, and stops with exit code 0 on %s',
  async (signal) => {
    const child = run();
    const { name, endpoint, pid } = await readyLine(child);
    expect([name, pid]).toEqual(['fixture', child.pid]);
    expect(await checkHealth(endpoint)).toBe('SERVING');
    const client = createClient(stimulusV1.StimulusServiceService, endpoint);
    expect((await client.listFamilies({})).families[0]?.description).toBe('elsewhere:1');
    client.close();
    child.kill(signal);
    const { code, stderr } = await exitOf(child);
    expect(code).toBe(0);
    for (const line of stderr.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('msg');
  },
);

test('a call that is running when it is told to stop may end', async () => {
  const child = run('--drain-seconds', '1');
  const { endpoint } = await readyLine(child);
  const client = createClient(stimulusV1.StimulusServiceService, endpoint);
  const waiting = client.compileStimulus(
    { stimulus: stimulusV1.StimulusSpec.fromPartial({ family: 'wait' }) },
    { deadlineMs: 500 },
  );
  await client.listFamilies({});
  child.kill('SIGTERM');
  await expect(waiting).rejects.toMatchObject({ reason: 'DEADLINE_EXCEEDED' });
  client.close();
  expect((await exitOf(child)).code).toBe(0);
});

test('a port in use is one line and an exit code of its own', async () => {
  const { endpoint } = await readyLine(run());
  const port = endpoint.split(':')[1] ?? '';
  const { code, stderr } = await exitOf(run('--port', port));
  expect(code).toBe(EXIT_CODES.portInUse);
  expect(stderr).toMatch(new RegExp(`^fixture: Port ${port} of 127.0.0.1 is in use: .*\\n$`));
});

test('a wrong flag or value is said, with an exit code of its own', async () => {
  const wrong = await exitOf(run('--port', '70000'));
  expect(wrong.code).toBe(EXIT_CODES.usage);
  expect(wrong.stderr).toContain('--port is "70000"; it must be a whole number from 0 to 65535.');
  expect((await exitOf(run('--prot', '1'))).code).toBe(EXIT_CODES.usage);
});

test('one that cannot register says why', async () => {
  const { code, stderr } = await exitOf(run('--die-at-start'));
  expect([code, stderr]).toEqual([EXIT_CODES.failed, 'fixture: told to die at the start\n']);
});

test('ends when its parent has gone', async () => {
  const child = run('--exit-with-parent');
  await readyLine(child);
  child.stdin.end();
  expect((await exitOf(child)).code).toBe(0);
});

test('a promise rejected where nobody looks is logged and does not end it', async () => {
  const child = run();
  const { endpoint } = await readyLine(child);
  const client = createClient(stimulusV1.StimulusServiceService, endpoint);
  await client.compileStimulus({
    stimulus: stimulusV1.StimulusSpec.fromPartial({ family: 'forget a rejection' }),
  });
  expect((await client.listFamilies({})).families).toHaveLength(1);
  client.close();
  child.kill('SIGTERM');
  const { code, stderr } = await exitOf(child);
  expect(code).toBe(0);
  expect(stderr).toContain('nobody looks');
});
