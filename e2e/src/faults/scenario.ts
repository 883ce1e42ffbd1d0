import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startOblique, type Ended } from '../runOblique.js';
import { processesOf } from './processes.js';
import { differences, outputsOf, type Work } from './work.js';

/** What happens to a process. A pause is SIGSTOP, and SIGCONT after a while. */
export type Fault = 'SIGKILL' | 'SIGTERM' | 'pause';

/** One seeded fault in the midst of real work. */
export interface Scenario {
  readonly work: Work;
  /** Whether the services were started by "oblique up" before, rather than by the command. */
  readonly up: boolean;
  /** "client", "supervisor" or a service. */
  readonly victim: string;
  readonly fault: Fault;
  /** After the command (or "up", where the fault comes while it starts) was begun, in milliseconds. */
  readonly atMs: number;
  /** Whether "up" itself is disturbed, and not the work. */
  readonly atUp: boolean;
  readonly pauseMs: number;
}

/** How the work came to its end. */
export interface Outcome {
  /** "by itself", "repeated", "not hit" where it had ended before; else what went wrong. */
  readonly end: string;
  readonly good: boolean;
  readonly seconds: number;
  /** What it said on stderr, both times. */
  readonly said: string;
}

const HANG_MS = 400_000;
const GONE_MS = 60_000;

/** Does the work in a fresh house below `folder`, disturbs it, and compares what comes of it with `expected`. */
export async function disturbed(
  scenario: Scenario,
  folder: string,
  expected: ReadonlyMap<string, string>,
): Promise<Outcome> {
  const startMs = performance.now();
  const home = join(folder, 'home');
  await prepare(folder);
  const said: string[] = [];
  const problems: string[] = [];
  const seen = { hit: false, repeated: false };

  const once = async (args: readonly string[], fault: boolean): Promise<Ended> => {
    const running = startOblique(args, folder, home);
    const over = new AbortController();
    const strike = fault ? struck(scenario, home, over.signal) : Promise.resolve(false);
    const ended = await Promise.race([
      running.ended,
      delay(HANG_MS, undefined, { signal: over.signal }),
    ]).catch(() => undefined);
    over.abort();
    if (await strike) seen.hit = true;
    if (ended === undefined) {
      problems.push(`"${args.slice(0, 2).join(' ')}" did not end`);
      running.process.kill('SIGKILL');
      return running.ended;
    }
    said.push(ended.stderr);
    return ended;
  };
  const twice = async (args: readonly string[], fault: boolean): Promise<void> => {
    if ((await once(args, fault)).code === 0) return;
    seen.repeated = true;
    const { code, stderr } = await once(args, false);
    // Services that run already are what "up" is for.
    if (code !== 0 && !(args[0] === 'up' && code === 5))
      problems.push(`repeated, it ended with ${code}: ${stderr}`);
  };

  if (scenario.up) await twice(['up'], scenario.atUp);
  await twice(scenario.work.args, !scenario.atUp);
  const wrong = differences(expected, await outputsOf(join(folder, 'out')));
  if (wrong.length > 0) problems.push(`these differ: ${wrong.join(', ')}`);
  if (scenario.up) await startOblique(['down'], folder, home).ended;
  const left = await leftOf(home);
  if (left.length > 0) {
    problems.push(`these live on: ${left.map(({ role, pid }) => `${role} ${pid}`).join(', ')}`);
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
  }
  if (existsSync(join(home, 'services.json'))) problems.push('the state file of the supervisor was left');
  const good = problems.length === 0;
  return {
    end: good ? (seen.hit ? (seen.repeated ? 'repeated' : 'by itself') : 'not hit') : problems.join('; '),
    good,
    seconds: (performance.now() - startMs) / 1000,
    said: said.join('\n---\n'),
  };
}

/** What the work gives when nothing disturbs it, and how long its command takes. */
export async function undisturbed(
  work: Work,
  folder: string,
): Promise<{ readonly outputs: ReadonlyMap<string, string>; readonly milliseconds: number }> {
  await prepare(folder);
  const startMs = performance.now();
  const { code, stderr } = await startOblique(work.args, folder, join(folder, 'home')).ended;
  if (code !== 0) throw new Error(`Undisturbed, ${work.name} ended with ${code}:\n${stderr}`);
  const outputs = await outputsOf(join(folder, 'out'));
  if (outputs.size === 0) throw new Error(`${work.name} wrote nothing.`);
  return { outputs, milliseconds: performance.now() - startMs };
}

async function prepare(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'out'), { recursive: true });
  await copyFile(join(folder, '..', 'tiny.onnx'), join(folder, 'tiny.onnx'));
}

/** Strikes once the victim is there and its time has come; false where the work was over before. */
async function struck(
  { victim, fault, atMs, pauseMs }: Scenario,
  home: string,
  over: AbortSignal,
): Promise<boolean> {
  try {
    await delay(atMs, undefined, { signal: over });
    for (;;) {
      const found = processesOf(home).find(({ role }) => role === victim);
      if (found !== undefined) {
        process.kill(found.pid, fault === 'pause' ? 'SIGSTOP' : fault);
        if (fault === 'pause') {
          await delay(pauseMs);
          process.kill(found.pid, 'SIGCONT');
        }
        return true;
      }
      await delay(20, undefined, { signal: over });
    }
  } catch {
    return false;
  }
}

/** The processes of the house that do not end. */
async function leftOf(home: string): Promise<ReturnType<typeof processesOf>> {
  const endMs = performance.now() + GONE_MS;
  let left = processesOf(home);
  while (left.length > 0 && performance.now() < endMs) {
    await delay(200);
    left = processesOf(home);
  }
  return left;
}
