import type { progressV1 } from '@oblique/contracts';
import { Presets, SingleBar } from 'cli-progress';

/** Lines of progress where there is no terminal come at most this often. */
const LINE_INTERVAL_MS = 5000;

/** Prints to a person or to a program: results on stdout, everything else on stderr. */
export class Terminal {
  readonly json: boolean;
  #bar: SingleBar | undefined;
  #lastLineMs = -Infinity;
  #lastLine = '';

  constructor(json: boolean) {
    this.json = json;
  }

  /** A result: `text` for people, `value` for programs that asked for `--json`. */
  result(text: string, value: unknown): void {
    this.endProgress();
    process.stdout.write(this.json ? `${JSON.stringify(value, null, 2)}\n` : text === '' ? '' : `${text}\n`);
  }

  /** Something worth knowing on the way. */
  note(text: string): void {
    this.endProgress();
    process.stderr.write(`${text}\n`);
  }

  /** How far the work is: a bar on a terminal, now and then a line elsewhere. */
  progress({ done, total, unit, ratePerSecond, secondsLeft, ...more }: progressV1.Progress): void {
    const stage = more.queuePlace === undefined ? more.stage : `${more.stage}, place ${more.queuePlace}`;
    const rate =
      ratePerSecond > 0
        ? `${ratePerSecond >= 10 ? ratePerSecond.toFixed(0) : ratePerSecond.toFixed(1)} ${unit}/s`
        : '';
    const left = secondsLeft === undefined || done >= total ? '' : `${duration(secondsLeft)} left`;
    if (process.stderr.isTTY) {
      this.#bar ??= startedBar(total);
      this.#bar.setTotal(total);
      this.#bar.update(done, { stage, rate, left });
      return;
    }
    const line = [stage, `${done}/${total} ${unit}`, rate, left].filter((part) => part !== '').join(', ');
    const nowMs = performance.now();
    if (line === this.#lastLine || (nowMs - this.#lastLineMs < LINE_INTERVAL_MS && done < total)) return;
    this.#lastLineMs = nowMs;
    this.#lastLine = line;
    process.stderr.write(`${line}\n`);
  }

  /** Takes the bar away, so that other text can follow. */
  endProgress(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

function startedBar(total: number): SingleBar {
  const bar = new SingleBar(
    {
      format: '{stage} {bar} {value}/{total} {rate} {left}',
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
      barsize: 24,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { stage: '', rate: '', left: '' });
  return bar;
}

/** A length of time as people say it: `4 s`, `3 min 10 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `1 point`, `12 points`. */
export function counted(count: number, singular: string, plural: string): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** The unit of D where the variable's is `unit`: `per radian²`, `per (cycle/pixel)²`, and nothing for pure numbers. */
export function unitOfD(unit: string): string {
  if (unit === '1') return '';
  return /^\w+$/u.test(unit) ? `per ${unit}²` : `per (${unit})²`;
}

/** Rows in columns, each as wide as its widest cell. */
export function columns(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A size in bytes as people say it. */
export function byteSize(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`;
}
