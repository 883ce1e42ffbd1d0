import { orchestratorV1 } from '@oblique/contracts';
import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { RunDisplay } from './followRun.js';
import { duration, type Terminal } from './terminal.js';

/** How far one analysis of a run is. */
interface Part {
  readonly name: string;
  readonly done: number;
  readonly total: number;
  /** Steps that an earlier run had computed. */
  readonly known: number;
  readonly seconds: number;
  /** What it is at. */
  readonly stage: string;
}

/**
 * Shows how far a run of several analyses is: a bar for each of them on a terminal; elsewhere now and then a line, and
 * one for each that is done.
 */
export class RunOverview implements RunDisplay {
  readonly #terminal: Terminal;
  readonly #told = new Set<string>();
  readonly #bars = new Map<string, SingleBar>();
  #multi: MultiBar | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  update(run: orchestratorV1.Run): void {
    const parts = partsOf(run);
    if (process.stderr.isTTY) this.#draw(parts, run);
    else this.#tell(parts, run);
  }

  end(): void {
    this.#terminal.endProgress();
    this.#multi?.stop();
    this.#multi = undefined;
  }

  #tell(parts: readonly Part[], { progress }: orchestratorV1.Run): void {
    for (const { name, done, total, known, seconds } of parts) {
      if (done < total || this.#told.has(name)) continue;
      this.#told.add(name);
      this.#terminal.note(
        `${name}: ${total} steps done, ${known} of them known, ${duration(seconds)} of computing`,
      );
    }
    if (progress !== undefined) this.#terminal.progress(progress);
  }

  #draw(parts: readonly Part[], { progress }: orchestratorV1.Run): void {
    this.#multi ??= new MultiBar(
      {
        format: '{name} {bar} {value}/{total} {stage}',
        stream: process.stderr,
        clearOnComplete: true,
        hideCursor: true,
        barsize: 20,
        gracefulExit: false,
        autopadding: true,
      },
      Presets.shades_classic,
    );
    const width = Math.max(...parts.map(({ name }) => name.length), 'everything'.length);
    const show = (name: string, done: number, total: number, stage: string): void => {
      const bar = this.#bars.get(name) ?? this.#multi?.create(total, done, {});
      if (bar === undefined) return;
      this.#bars.set(name, bar);
      bar.setTotal(total);
      bar.update(done, { name: name.padEnd(width), stage: stage.slice(0, 50) });
    };
    for (const { name, done, total, stage } of parts) show(name, done, total, done < total ? stage : 'done');
    if (progress === undefined) return;
    const left = progress.secondsLeft === undefined ? '' : `${duration(progress.secondsLeft)} left`;
    const rate = progress.ratePerSecond > 0 ? `${progress.ratePerSecond.toFixed(1)} steps/s` : '';
    show('everything', progress.done, progress.total, [rate, left].filter((part) => part !== '').join(', '));
  }
}

/** The analyses of a run by their steps, whose ids begin with the analysis's name and a slash. */
export function partsOf({ steps }: orchestratorV1.Run): Part[] {
  const { State } = orchestratorV1;
  const byName = new Map<string, orchestratorV1.Step[]>();
  for (const step of steps) {
    const [name, ...rest] = step.id.split('/');
    if (name === undefined || rest.length === 0) continue;
    byName.set(name, [...(byName.get(name) ?? []), step]);
  }
  return [...byName].map(([name, own]) => {
    const done = own.filter(({ state }) => state === State.STATE_SUCCEEDED);
    return {
      name,
      done: done.length,
      total: own.length,
      known: done.filter(({ cached }) => cached).length,
      seconds: done.reduce((sum, { cached, seconds }) => sum + (cached ? 0 : seconds), 0),
      stage: own.find(({ state }) => state === State.STATE_RUNNING)?.description ?? '',
    };
  });
}
