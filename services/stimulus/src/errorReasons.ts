import { OutOfMemoryError, QueueFullError, RuntimeClosedError, WorkerDiedError } from '@oblique/runtime';
import type { ErrorMapping } from '@oblique/service';

/** What the errors of the runtime mean to a client. */
export const ERROR_REASONS: readonly ErrorMapping[] = [
  [OutOfMemoryError, 'OUT_OF_MEMORY'],
  [WorkerDiedError, 'WORKER_DIED'],
  [QueueFullError, 'UNAVAILABLE'],
  [RuntimeClosedError, 'UNAVAILABLE'],
];
