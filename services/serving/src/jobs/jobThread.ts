import { errorMapper, type Reason, type ServiceErrorOptions } from '@oblique/service';
import { parentPort } from 'node:worker_threads';
import { SERVING_ERRORS } from '../servingErrors.js';
import { JOBS, type Outcome } from './jobs.js';

export type JobName = keyof typeof JOBS;
export type Given<Name extends JobName> = Parameters<(typeof JOBS)[Name]>[0];
export type Made<Name extends JobName> = ReturnType<(typeof JOBS)[Name]>['value'];

/** What a thread is asked to do. */
export interface JobRequest<Name extends JobName = JobName> {
  readonly name: Name;
  readonly given: Given<Name>;
}

/** What it answers: what it made, why there can be none (a ServiceError's parts), or a fault of ours. */
export type JobAnswer<Value> =
  | {
      readonly kind: 'made';
      readonly value: Value;
      /** What the thread holds on to, garbage mostly. */
      readonly heldBytes: number;
    }
  | {
      readonly kind: 'refused';
      readonly reason: Reason;
      readonly message: string;
      readonly options: Pick<ServiceErrorOptions, 'fields' | 'metadata'>;
    }
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string | undefined };

const toServiceError = errorMapper(SERVING_ERRORS);

parentPort?.on('message', ({ name, given }: JobRequest) => {
  try {
    const job = JOBS[name] as (given: unknown) => Outcome<unknown>;
    const { value, transfer } = job(given);
    const heldBytes = process.memoryUsage().arrayBuffers;
    send({ kind: 'made', value, heldBytes }, transfer);
  } catch (error) {
    send(answerOf(error));
  }
});

function answerOf(error: unknown): JobAnswer<never> {
  const { reason, message, fields, metadata } = toServiceError(error);
  if (reason !== 'INTERNAL') return { kind: 'refused', reason, message, options: { fields, metadata } };
  return { kind: 'failed', message, stack: error instanceof Error ? error.stack : undefined };
}

function send(answer: JobAnswer<unknown>, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(answer, transfer);
}
