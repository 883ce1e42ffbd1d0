import type { Progress } from './progressMeter.js';
import type { StepStatus } from './runStatus.js';

/**
 * Progress over a whole run, in steps. The time left supposes that work still to do takes as long for its cost as the
 * work done in this run did; results taken from earlier runs cost nothing and tell nothing.
 */
export function runProgress(
  steps: readonly StepStatus[],
  costs: ReadonlyMap<string, number>,
  elapsedSeconds: number,
): Progress {
  const done = steps.filter(({ state }) => state === 'succeeded').length;
  const running = steps.filter(({ state }) => state === 'running');
  let workDone = 0;
  let workLeft = 0;
  for (const step of steps) {
    const cost = costs.get(step.id) ?? 1;
    const fraction = fractionDone(step);
    if (!step.cached) workDone += cost * fraction;
    workLeft += cost * (1 - fraction);
  }
  const speed = elapsedSeconds > 0 ? workDone / elapsedSeconds : 0;
  const finished = done === steps.length;
  return {
    stage: running[0]?.progress?.stage ?? running[0]?.description ?? (finished ? 'finished' : 'waiting'),
    done,
    total: steps.length,
    unit: 'steps',
    ratePerSecond: elapsedSeconds > 0 ? done / elapsedSeconds : 0,
    ...(finished ? { secondsLeft: 0 } : speed > 0 ? { secondsLeft: workLeft / speed } : {}),
  };
}

function fractionDone({ state, progress }: StepStatus): number {
  if (state === 'succeeded') return 1;
  if (state !== 'running' || progress === undefined || progress.total <= 0) return 0;
  return Math.min(1, progress.done / progress.total);
}
