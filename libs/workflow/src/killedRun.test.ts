import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('./testing/killableRun.js', import.meta.url));

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'killed-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the workflow in a process of its own, which is killed with SIGKILL as soon as it has told `lines` lines. */
async function run(store: string, lines = Infinity): Promise<string[]> {
  const child = spawn(process.execPath, [PROGRAM, store], { stdio: ['ignore', 'pipe', 'inherit'] });
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (told.length < lines) told.push(line);
    if (told.length === lines) child.kill('SIGKILL');
  }
  return told;
}

it('goes on from its finished steps, wherever it was killed', async () => {
  const whole = await run(join(folder, 'whole'));
  expect(whole.filter((line) => line.startsWith('begin'))).toHaveLength(6);
  const killed = join(folder, 'killed');
  const history: string[] = [];
  for (let lines = 1; history.at(-1) !== whole.at(-1) && lines < 50; lines++)
    history.push(...(await run(killed, lines)));

  expect(history.at(-1)).toBe(whole.at(-1));
  // What a process saw finished, no later process computed.
  for (const step of ['a', 'b', 'ab', 'c', 'abc', 'all']) {
    const firstEnd = history.findIndex((line) => line === `end ${step}` || line === `found ${step}`);
    expect(firstEnd).toBeGreaterThan(-1);
    expect(history.lastIndexOf(`begin ${step}`)).toBeLessThan(firstEnd);
  }
});
