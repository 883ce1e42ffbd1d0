import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { stimulusV1 } from '@oblique/contracts';
import { checkHealth, createClient } from '@oblique/service';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { findRunning, startDetached, stopRunning } from './localServices.js';
import type { ServiceProgram } from './servicePrograms.js';
import { startServices, type LaunchOptions } from './startServices.js';

/** A real service that can be told to die; libs/service builds it for its own tests. */
const script = fileURLToPath(new URL('../../service/dist/fixtures/main.js', import.meta.url));
const stimulus: ServiceProgram = { name: 'stimulus', script, needs: [] };
const orchestrator: ServiceProgram = { name: 'orchestrator', script, needs: ['stimulus'] };

let home: string;
let options: LaunchOptions;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'oblique-launcher-'));
  options = { home, store: join(home, 'store'), programs: [stimulus, orchestrator] };
});

afterEach(async () => {
  await stopRunning(home);
  await rm(home, { recursive: true });
});

/** What the fixture tells of itself: its pid and the stimulus endpoint that it was given. */
async function whoIs(endpoint: string): Promise<{ pid: number; stimulusEndpoint: string }> {
  const client = createClient(stimulusV1.StimulusServiceService, endpoint);
  try {
    const { families } = await client.listFamilies({}, { deadlineMs: 20_000 });
    return { pid: Number(families[0]?.name), stimulusEndpoint: families[0]?.description ?? '' };
  } finally {
    client.close();
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(20);
}

describe('services for the duration of a command', () => {
  test('start with what they need, know its endpoint, and stop', async () => {
    const services = await startServices({ ...options, names: ['orchestrator'] });
    expect(Object.keys(services.endpoints)).toEqual(['stimulus', 'orchestrator']);
    expect(await checkHealth(services.endpoint('stimulus'))).toBe('SERVING');
    const { pid, stimulusEndpoint } = await whoIs(services.endpoint('orchestrator'));
    expect(stimulusEndpoint).toBe(services.endpoint('stimulus'));
    await services.stop();
    expect(lives(pid)).toBe(false);
    expect(await readFile(join(home, 'logs', 'orchestrator.log'), 'utf8')).toContain('stopped');
  });

  test('come back on the same port after SIGKILL', async () => {
    const died: string[] = [];
    const services = await startServices({
      ...options,
      names: ['stimulus'],
      onRestart: (event) => died.push(event.died),
    });
    const before = await whoIs(services.endpoint('stimulus'));
    process.kill(before.pid, 'SIGKILL');
    await until(() => services.status()[0]?.pid !== before.pid && services.status()[0]?.pid !== undefined);
    // The call is idempotent: the client repeats it until the service is back.
    const after = await whoIs(services.endpoint('stimulus'));
    await services.stop();
    expect(died).toEqual(['signal SIGKILL']);
    expect(after.pid).not.toBe(before.pid);
    expect(lives(after.pid)).toBe(false);
  });

  test('one that dies at its start fails the launch with the end of its log, and the others are stopped', async () => {
    const broken: ServiceProgram = { ...orchestrator, arguments: ['--die-at-start'] };
    const logFile = join(home, 'logs', 'stimulus.log');
    const launch = startServices({ ...options, programs: [stimulus, broken] });
    await expect(launch).rejects.toThrow(
      /orchestrator service did not start: exit code 1\.[^]*told to die at the start/,
    );
    expect(await readFile(logFile, 'utf8')).toContain('stopped');
  });

  test('a port in use is said as such', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const launch = startServices({ ...options, names: ['stimulus'], ports: { stimulus: address.port } });
    await expect(launch).rejects.toThrow(
      new RegExp(`exit code 3\\.[^]*Port ${address.port} of 127.0.0.1 is in use`),
    );
    other.close();
  });

  test('end when the process that started them is killed', async () => {
    const command = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { startServices } from ${JSON.stringify(new URL('./startServices.js', import.meta.url).href)};
         const services = await startServices(${JSON.stringify(options)});
         console.log(JSON.stringify(services.status().map(({ pid }) => pid)));`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line]: unknown[] = await once(createInterface(command.stdout), 'line');
    const pids: number[] = JSON.parse(String(line));
    expect(pids.map(lives)).toEqual([true, true]);
    command.kill('SIGKILL');
    await until(() => !pids.some(lives));
  });

  test('a name that no service has, or a service that is not built, is said before anything starts', async () => {
    await expect(startServices({ ...options, names: ['stimulis'] })).rejects.toThrow(
      'There is no service "stimulis"; there are stimulus, orchestrator.',
    );
    const unbuilt = { ...stimulus, script: join(home, 'main.js') };
    await expect(startServices({ ...options, programs: [unbuilt] })).rejects.toThrow(
      /stimulus service is not built/,
    );
  });
});

describe('services that outlive their command', () => {
  test('are found and stopped by later commands', async () => {
    const started = await startDetached(options);
    const found = await findRunning(home);
    expect(found?.endpoints).toEqual(started.endpoints);
    const { pid } = await whoIs(found?.endpoints['orchestrator'] ?? '');
    await expect(startDetached(options)).rejects.toThrow(/run already/);
    expect(await stopRunning(home)).toMatchObject({ endpoints: started.endpoints });
    expect(lives(pid)).toBe(false);
    await until(() => !lives(started.supervisorPid));
    expect(await findRunning(home)).toBeUndefined();
    expect(await stopRunning(home)).toBeUndefined();
  });

  test('come back after SIGKILL of one of them', async () => {
    const { endpoints } = await startDetached(options);
    const before = await whoIs(endpoints['stimulus'] ?? '');
    process.kill(before.pid, 'SIGKILL');
    await until(
      async () => (await findRunning(home))?.services.find(({ name }) => name === 'stimulus')?.restarts === 1,
    );
    await until(
      async () => (await findRunning(home))?.services.every(({ pid }) => pid !== undefined) === true,
    );
    const after = await whoIs(endpoints['stimulus'] ?? '');
    expect(after.pid).not.toBe(before.pid);
  });

  test('end with their supervisor, and a stale state file does not keep others from starting', async () => {
    const { services, supervisorPid } = await startDetached(options);
    process.kill(supervisorPid, 'SIGKILL');
    await until(() => !services.some(({ pid }) => pid !== undefined && lives(pid)));
    expect((await stat(join(home, 'services.json'))).isFile()).toBe(true);
    const again = await startDetached(options);
    expect(await findRunning(home)).toMatchObject({ supervisorPid: again.supervisorPid });
  });

  test('a state file that is no JSON counts as none', async () => {
    await writeFile(join(home, 'services.json'), '{"pid": 1');
    expect(await findRunning(home)).toBeUndefined();
    await startDetached({ ...options, names: ['stimulus'] });
    expect(Object.keys((await findRunning(home))?.endpoints ?? {})).toEqual(['stimulus']);
  });

  test('leave nothing behind when one cannot start', async () => {
    const broken: ServiceProgram = { ...orchestrator, arguments: ['--die-at-start'] };
    await expect(startDetached({ ...options, programs: [stimulus, broken] })).rejects.toThrow(
      /told to die at the start/,
    );
    expect(await findRunning(home)).toBeUndefined();
    expect(await readFile(join(home, 'logs', 'stimulus.log'), 'utf8')).toContain('stopped');
  });
});
