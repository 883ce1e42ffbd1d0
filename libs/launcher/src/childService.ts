import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

import { checkHealth, EXIT_CODES, type ReadyLine } from '@oblique/service';

import { ServiceLog } from './serviceLog.js';
import { LaunchError, type ServiceProgram } from './servicePrograms.js';

export interface ChildOptions {
  readonly store: string;
  readonly logPath: string;
  /** 0: any free one. */
  readonly port: number;
  /** Endpoints of the services that it needs, by name, as they are now. */
  readonly endpoints: () => ReadonlyMap<string, string>;
  readonly onRestart: (event: RestartEvent) => void;
  /** It has been started again at another endpoint: its port had been taken meanwhile. */
  readonly onMove: () => void;
}

/** A service died while it ran, and is started again. */
export interface RestartEvent {
  readonly name: string;
  /** "signal SIGKILL" or "exit code 1". */
  readonly died: string;
  readonly restartInMs: number;
}

export interface ServiceState {
  readonly name: string;
  readonly endpoint: string;
  /** Absent while it is being restarted. */
  readonly pid: number | undefined;
  readonly restarts: number;
}

/** Long enough for a machine that is busy, or was held up for a while. */
const START_TIMEOUT_MS = 120_000;
/** How often one is started again that was killed before it was ready. */
const MOST_KILLED_STARTS = 2;
const DRAIN_SECONDS = 5;
const FIRST_RESTART_MS = 100;
const SLOWEST_RESTART_MS = 10_000;
/** A service that lived this long died of something new: the next restart is quick again. */
const STABLE_MS = 30_000;

/** Somebody killed it before it was ready. */
class KilledAtStartError extends LaunchError {}

/** The port that it was to have is another's. */
class PortTakenError extends LaunchError {}

/** One service as a child process: started, restarted on its port when it dies, stopped. */
export class ChildService {
  readonly #program: ServiceProgram;
  readonly #options: ChildOptions;
  readonly #log: ServiceLog;
  readonly #stopping = new AbortController();
  #child: ChildProcess | undefined;
  #serving = false;
  #endpoint = '';
  #restarts = 0;
  #restarting: Promise<void> = Promise.resolve();

  constructor(program: ServiceProgram, options: ChildOptions) {
    this.#program = program;
    this.#options = options;
    this.#log = new ServiceLog(options.logPath);
  }

  get state(): ServiceState {
    const { name } = this.#program;
    return {
      name,
      endpoint: this.#endpoint,
      pid: this.#serving ? this.#child?.pid : undefined,
      restarts: this.#restarts,
    };
  }

  /**
   * Resolves with its endpoint when its health is SERVING.
   *
   * One that is killed meanwhile is started again; one that ends by itself says why, and would do so again.
   *
   * @throws LaunchError with the last lines of its log when it dies before, or takes over two minutes.
   */
  async start(): Promise<string> {
    for (let killed = 0; ; killed += 1) {
      try {
        this.#endpoint = await this.#launch(this.#options.port, FIRST_RESTART_MS, []);
        return this.#endpoint;
      } catch (error) {
        if (!(error instanceof KilledAtStartError) || killed >= MOST_KILLED_STARTS || this.#isStopping())
          throw error;
      }
    }
  }

  /** Ends it gracefully, so that it is started again with what its needs are now. */
  renew(): void {
    this.#child?.kill('SIGTERM');
  }

  /** Stops it gracefully; by force when it takes longer than draining may. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#child !== undefined) await end(this.#child);
    await this.#restarting;
    if (this.#child !== undefined) await end(this.#child);
  }

  async #launch(port: number, nextRestartMs: number, more: readonly string[]): Promise<string> {
    const child = this.#spawn(port, more);
    this.#child = child;
    const startedMs = performance.now();
    try {
      const endpoint = await this.#ready(child);
      const onExit = (): void => {
        this.#child = undefined;
        this.#serving = false;
        if (this.#stopping.signal.aborted) return;
        const restartInMs = performance.now() - startedMs > STABLE_MS ? FIRST_RESTART_MS : nextRestartMs;
        this.#restarting = this.#restart(describeExit(child), restartInMs);
      };
      this.#serving = true;
      // It may have died between its last answer and now.
      if (hasExited(child)) onExit();
      else child.once('exit', onExit);
      return endpoint;
    } catch (error) {
      await end(child);
      this.#child = undefined;
      throw error;
    }
  }

  /** Starts it again, on the port that the others know unless somebody took it, until that succeeds or it is stopped. */
  async #restart(died: string, firstMs: number): Promise<void> {
    const { name, restartArguments = [] } = this.#program;
    const before = this.#endpoint;
    let port = Number(before.slice(before.lastIndexOf(':') + 1));
    let cause = died;
    for (let waitMs = firstMs; !this.#isStopping(); waitMs = slower(waitMs)) {
      this.#options.onRestart({ name, died: cause, restartInMs: waitMs });
      await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
      if (this.#isStopping()) return;
      this.#restarts += 1;
      try {
        this.#endpoint = await this.#launch(port, slower(waitMs), restartArguments);
        if (this.#endpoint !== before) this.#options.onMove();
        return;
      } catch (error) {
        if (error instanceof PortTakenError && this.#options.port === 0) port = 0;
        cause = error instanceof Error ? error.message : String(error);
      }
    }
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #spawn(port: number, again: readonly string[]): ChildProcess {
    const { script, arguments: more = [] } = this.#program;
    const given = ['--host', '127.0.0.1', '--port', String(port), '--store', this.#options.store];
    const fixed = ['--drain-seconds', String(DRAIN_SECONDS), '--exit-with-parent'];
    const endpoints = [...this.#options.endpoints()].map(([name, endpoint]): [string, string] => [
      `OBLIQUE_${name.toUpperCase().replaceAll('-', '_')}_ENDPOINT`,
      endpoint,
    ]);
    const logDescriptor = this.#log.open();
    try {
      const child = spawn(process.execPath, [script, ...given, ...fixed, ...more, ...again], {
        // An open stdin tells it that we live.
        stdio: ['pipe', 'pipe', logDescriptor],
        env: { ...process.env, ...Object.fromEntries(endpoints) },
        // A process group of its own: Ctrl-C is for us, and we stop our services in order.
        detached: true,
        windowsHide: true,
      });
      child.on('error', () => undefined);
      child.stdin?.on('error', () => undefined);
      return child;
    } finally {
      closeSync(logDescriptor);
    }
  }

  /** The endpoint that it prints, once its health is SERVING. */
  async #ready(child: ChildProcess): Promise<string> {
    const { name } = this.#program;
    const over = new AbortController();
    const timer = setTimeout(() => {
      over.abort(
        new LaunchError(
          `The ${name} service did not start within ${START_TIMEOUT_MS / 1000} s. ${this.#tail()}`,
        ),
      );
    }, START_TIMEOUT_MS);
    const onExit = (): void => {
      const message = `The ${name} service did not start: ${describeExit(child)}. ${this.#tail()}`;
      over.abort(
        child.signalCode !== null
          ? new KilledAtStartError(message)
          : child.exitCode === EXIT_CODES.portInUse
            ? new PortTakenError(message)
            : new LaunchError(message),
      );
    };
    const onError = (cause: Error): void => {
      over.abort(new LaunchError(`The ${name} service cannot be run: ${cause.message}`, { cause }));
    };
    const onStop = (): void => {
      over.abort(new LaunchError(`The ${name} service was stopped while it started.`));
    };
    child.once('exit', onExit).once('error', onError);
    this.#stopping.signal.addEventListener('abort', onStop, { once: true });
    if (this.#stopping.signal.aborted) onStop();
    try {
      const line = await firstLine(child.stdout, over.signal);
      const { endpoint } = readReadyLine(name, line);
      while ((await checkHealth(endpoint, '', { signal: over.signal })) !== 'SERVING') {
        await delay(50, undefined, { signal: over.signal });
      }
      return endpoint;
    } catch (error) {
      over.signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      child.off('exit', onExit).off('error', onError);
      this.#stopping.signal.removeEventListener('abort', onStop);
    }
  }

  #tail(): string {
    const lines = this.#log.tail();
    return lines === ''
      ? `Its log ${this.#log.path} is empty.`
      : `The end of its log ${this.#log.path}:\n${lines}`;
  }
}

/** The first line of a stream, which is then read on and dropped so that its writer never waits. */
async function firstLine(stream: Readable | null, signal: AbortSignal): Promise<string> {
  if (stream === null) throw new LaunchError('The service was started without a pipe for its stdout.');
  const lines = createInterface({ input: stream });
  const [line] = (await once(lines, 'line', { signal })) as [string];
  return line;
}

function readReadyLine(name: string, line: string): ReadyLine {
  try {
    const ready: unknown = JSON.parse(line);
    if (typeof ready === 'object' && ready !== null && 'endpoint' in ready && 'pid' in ready) {
      const { endpoint, pid } = ready;
      if (typeof endpoint === 'string' && typeof pid === 'number') return { name, endpoint, pid };
    }
  } catch {
    // Said below.
  }
  throw new LaunchError(`The ${name} service printed ${JSON.stringify(line)} where its endpoint was due.`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || hasExited(child)) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), (DRAIN_SECONDS + 5) * 1000);
  await exited;
  clearTimeout(timer);
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function describeExit({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null ? `exit code ${exitCode ?? 'unknown'}` : `signal ${signalCode}`;
}

function slower(waitMs: number): number {
  return Math.min(waitMs * 2, SLOWEST_RESTART_MS);
}
