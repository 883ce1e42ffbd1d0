import type { StepProgress } from './step.js';

/** How far something has come, with its speed. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** 0 while unknown. */
  readonly ratePerSecond: number;
  /** Left out while unknown. */
  readonly secondsLeft?: number;
}

/** Turns a step's reports into progress with a rate, measured from its first report on. */
export class ProgressMeter {
  #first: { done: number; atMs: number } | undefined;

  /** `nowMs`: a clock that only goes forward. */
  constructor(
    private readonly description: string,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  report(report: StepProgress): Progress {
    const atMs = this.nowMs();
    this.#first ??= { done: report.done, atMs };
    const seconds = (atMs - this.#first.atMs) / 1000;
    const measured = seconds > 0 ? (report.done - this.#first.done) / seconds : 0;
    const ratePerSecond = report.ratePerSecond ?? Math.max(0, measured);
    return {
      stage: report.stage ?? this.description,
      done: report.done,
      total: report.total,
      unit: report.unit,
      ratePerSecond,
      ...(ratePerSecond > 0 ? { secondsLeft: Math.max(0, report.total - report.done) / ratePerSecond } : {}),
    };
  }
}
