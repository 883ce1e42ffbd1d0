import { ServiceError, type Reason } from '@oblique/service';
import type { Step, StepContext } from '@oblique/workflow';
import { expect, it } from 'vitest';
import { retryingStep } from './retryingStep.js';

function failing(reason: Reason, times: number): { step: Step; calls: () => number } {
  let calls = 0;
  const step: Step = {
    id: 's',
    description: 's',
    step: 's',
    version: '1',
    parameters: null,
    needs: [],
    run: () => {
      calls += 1;
      if (calls <= times) return Promise.reject(new ServiceError(reason, 'not now'));
      return Promise.resolve({ results: [] });
    },
  };
  return { step, calls: () => calls };
}

// The step reads nothing of its context but the signal.
const context = (signal: AbortSignal): StepContext => {
  const nothing = (): never => {
    throw new Error('not for this test');
  };
  const store = new Proxy({} as StepContext['store'], { get: nothing });
  return {
    store,
    signal,
    parameters: null,
    needed: { results: nothing, result: nothing, value: nothing },
    progress: nothing,
  };
};

it('computes again while a service is away, and not for other reasons', async () => {
  const signal = new AbortController().signal;
  const away = failing('UNAVAILABLE', 2);
  await retryingStep(away.step, [1, 1]).run(context(signal));
  expect(away.calls()).toBe(3);

  const gone = failing('WORKER_DIED', 9);
  await expect(retryingStep(gone.step, [1, 1]).run(context(signal))).rejects.toThrow('not now');
  expect(gone.calls()).toBe(3);

  const wrong = failing('UNKNOWN_LAYER', 9);
  await expect(retryingStep(wrong.step, [1, 1]).run(context(signal))).rejects.toThrow('not now');
  expect(wrong.calls()).toBe(1);
});

it('gives up waiting when cancelled', async () => {
  const cancel = new AbortController();
  const { step } = failing('UNAVAILABLE', 9);
  const running = retryingStep(step, [3_600_000]).run(context(cancel.signal));
  setTimeout(() => {
    cancel.abort();
  }, 5);
  await expect(running).rejects.toThrow(/abort/i);
});
