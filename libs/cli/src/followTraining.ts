import { trainingV1 } from '@oblique/contracts';
import { ServiceError, type Reason } from '@oblique/service';
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
  let ended: trainingV1.Training;
  try {
    ended = await lastState(connection, id, terminal, signal);
    for (let times = 0; isLeftBehind(ended) && times < MOST_RESUMPTIONS; times += 1) {
      terminal.note(`Training ${shortId(id)} was interrupted; going on with it …`);
      await connection.training.startTraining(
        { spec: ended.spec, label: ended.label },
        { signal, watch: true },
      );
      ended = await lastState(connection, id, terminal, signal);
    }
  } catch (error) {
    const known = ServiceError.from(error);
    if (!signal.aborted && LOST.has(known.reason)) {
      const message = `${known.message}\nTraining ${shortId(id)} is not lost. ${resumeHint(id)}`;
      throw new ServiceError(known.reason, message, { cause: error });
    }
    if (!signal.aborted || onInterrupt === 'leave') throw known;
    const { training } = await connection.training.cancelTraining({ id }, { deadlineMs: 30_000 });
    throw new ServiceError('CANCELLED', `Cancelled at step ${training?.step ?? 0}. ${resumeHint(id)}`, {
      cause: error,
    });
  }
  if (ended.state === TrainingState.TRAINING_STATE_SUCCEEDED) return ended;
  const cancelled = ended.state === TrainingState.TRAINING_STATE_CANCELLED;
  throw new ServiceError(
    cancelled ? 'CANCELLED' : 'INTERNAL',
    [
      `Training ${shortId(id)} ${cancelled ? 'was cancelled' : 'failed'} at step ${ended.step}.`,
      ended.failure,
      cancelled ? resumeHint(id) : '',
    ]
      .filter((part) => part !== '')
      .join(' '),
  );
}

/** How often a training is gone on with that its service left behind. */
const MOST_RESUMPTIONS = 5;

/** Reasons that tell of the services, not of the training. */
const LOST: ReadonlySet<Reason> = new Set<Reason>(['UNAVAILABLE', 'SERVICE_DIED', 'DEADLINE_EXCEEDED']);

/** Watches the training until nothing more happens to it. */
async function lastState(
  { training }: Connection,
  id: string,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<trainingV1.Training> {
  let newest: trainingV1.Metrics | undefined;
  for await (const { event } of training.watchTraining({ id }, { signal, watch: true })) {
    if (event?.$case === 'ended') return event.value;
    if (event?.$case === 'metrics') newest = event.value;
    if (event?.$case !== 'progress') continue;
    const stage = [event.value.stage, learned(newest)].filter((part) => part !== '').join(', ');
    terminal.progress({ ...event.value, stage });
  }
  throw new ServiceError(
    'INTERNAL',
    `The training service ended the watch of ${shortId(id)} before the training.`,
  );
}

/** Whether its service stopped under it; one that a person cancelled gives no reason. */
function isLeftBehind({ state, failure }: trainingV1.Training): boolean {
  return state === TrainingState.TRAINING_STATE_CANCELLED && failure !== '';
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
