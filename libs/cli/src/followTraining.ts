import { trainingV1 } from '@oblique/contracts';
import { ServiceError } from '@oblique/service';
import type { Connection } from './connection.js';
import type { Terminal } from './terminal.js';

const { TrainingState } = trainingV1;

/**
 * Follows a training to its end, showing how far it is, how fast, and how well it learns.
 * @param onInterrupt What Ctrl-C does to the training: cancelled, it can be resumed.
 * @throws ServiceError where it failed or was cancelled.
 */
export async function followTraining(
  connection: Connection,
  id: string,
  terminal: Terminal,
  signal: AbortSignal,
  onInterrupt: 'cancel' | 'leave',
): Promise<trainingV1.Training> {
  let ended: trainingV1.Training | undefined;
  let newest: trainingV1.Metrics | undefined;
  try {
    for await (const { event } of connection.training.watchTraining({ id }, { signal })) {
      if (event?.$case === 'metrics') newest = event.value;
      if (event?.$case === 'ended') ended = event.value;
      if (event?.$case !== 'progress') continue;
      const stage = [event.value.stage, learned(newest)].filter((part) => part !== '').join(', ');
      terminal.progress({ ...event.value, stage });
    }
  } catch (error) {
    if (!signal.aborted || onInterrupt === 'leave') throw error;
    const { training } = await connection.training.cancelTraining({ id }, { deadlineMs: 30_000 });
    throw new ServiceError('CANCELLED', `Cancelled at step ${training?.step ?? 0}. ${resumeHint(id)}`, {
      cause: error,
    });
  }
  if (ended?.state === TrainingState.TRAINING_STATE_SUCCEEDED) return ended;
  const cancelled = ended?.state === TrainingState.TRAINING_STATE_CANCELLED;
  throw new ServiceError(
    cancelled ? 'CANCELLED' : 'INTERNAL',
    [
      `Training ${shortId(id)} ${cancelled ? 'was cancelled' : 'failed'} at step ${ended?.step ?? 0}.`,
      ended?.failure ?? '',
      cancelled ? resumeHint(id) : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
  );
}

/** How a training is written for people. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}

/** `loss 1.23, accuracy 45 %`. */
export function learned(metrics: trainingV1.Metrics | undefined): string {
  if (metrics === undefined) return '';
  const { loss, accuracy } = metrics;
  const accurate = accuracy === undefined ? '' : `, accuracy ${(100 * accuracy).toFixed(0)} %`;
  return `loss ${loss.toPrecision(4)}${accurate}`;
}

function resumeHint(id: string): string {
  return `Go on with: oblique trainings resume ${shortId(id)}`;
}
