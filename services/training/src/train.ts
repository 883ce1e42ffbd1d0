import { writeNpz } from '@oblique/arrays';
import type { ArtifactRef, ArtifactStore } from '@oblique/artifacts';
import type { Runtime } from '@oblique/runtime';
import type { Learner } from './learner.js';
import { LinearLearner } from './linearLearner.js';
import { metricsArchive, readMetricsArchive } from './metricsArchive.js';
import { NetworkLearner } from './networkLearner.js';

import { provenanceOf } from './provenance.js';
import { getSnapshot, putSnapshot, type Snapshot } from './snapshot.js';
import type { TrainingEvent } from './trainingEvent.js';
import type { TrainingJob } from './trainingJob.js';
import type { Metrics } from './trainingMessage.js';

/** What a training works with. */
export interface TrainingContext {
  readonly store: ArtifactStore;
  /** Measures, and trains linear networks. */
  readonly runtime: Runtime;
  /** Makes the steps of networks: the same, or TensorFlow's. */
  readonly stepRuntime: Runtime;
  /** Aborted, the training takes a snapshot and ends. */
  readonly signal: AbortSignal;
  tell(event: TrainingEvent): void;
}

/** The loss is no number any more: going on would only spoil the weights further. */
export class DivergedError extends Error {
  override readonly name = 'DivergedError';
}

/**
 * Runs a training from its start or its last snapshot to its end.
 * @throws DivergedError, and what its libraries throw; the message is for whoever started the training.
 */
export async function train(job: TrainingJob, context: TrainingContext): Promise<void> {
  const snapshot = await lastSnapshot(job, context.store);
  const learner = await openLearner(job, context, snapshot);
  try {
    await run(job, context, learner, snapshot);
  } finally {
    await learner.close();
  }
}

async function run(
  job: TrainingJob,
  { store, signal, tell }: TrainingContext,
  learner: Learner,
  snapshot: Snapshot | undefined,
): Promise<void> {
  const metrics = snapshot === undefined ? [] : readMetricsArchive(snapshot.metrics).metrics;
  const startMs = performance.now();
  const seconds = (): number => (snapshot?.seconds ?? 0) + (performance.now() - startMs) / 1000;
  const visit = async (at: number): Promise<void> => {
    const checkpoint = await learner.visit(at);
    if (checkpoint !== undefined) tell({ kind: 'checkpoint', checkpoint });
  };
  let savedMs = startMs;
  const save = async (): Promise<void> => {
    const kept = await putSnapshot(store, job, {
      step,
      seconds: seconds(),
      state: await learner.state(),
      metrics: metricsArchive(metrics, learner.heldOut),
      observations: learner.observations,
    });
    tell({ kind: 'resumable', resumePoint: { step, snapshot: kept } });
    savedMs = performance.now();
  };

  let step = snapshot?.step ?? 0;
  tell({ kind: 'begun', totalSteps: learner.totalSteps, step, history: metrics, skipped: learner.skipped });
  if (snapshot === undefined) await visit(0);
  while (step < learner.totalSteps) {
    if (signal.aborted) return save();
    step = await learner.advance(step, (reached) => {
      checkFinite(reached);
      metrics.push(reached);
      tell({ kind: 'stepped', metrics: reached });
    });
    await visit(step);
    if (performance.now() - savedMs >= 1000 * job.snapshotSeconds) await save();
  }
  const learned = await learner.finish();
  const { observations } = learner;
  tell({
    kind: 'finished',
    skipped: learner.skipped,
    result: {
      ...learned,
      metrics: await put(store, job, 'metrics.npz', metricsArchive(metrics, learner.heldOut)),
      observations:
        observations.size === 0 ? undefined : await put(store, job, 'observations.npz', observations),
      device: learner.runtime.device,
      executor: learner.runtime.executor,
      seconds: seconds(),
    },
  });
}

/** The snapshot to go on from; undefined where there is none, or it is gone or damaged: then all is computed again. */
async function lastSnapshot(
  { resumePoint }: TrainingJob,
  store: ArtifactStore,
): Promise<Snapshot | undefined> {
  if (resumePoint === undefined || !(await store.isWhole(resumePoint.snapshot.digest))) return undefined;
  return getSnapshot(store, resumePoint.snapshot);
}

async function openLearner(
  job: TrainingJob,
  context: TrainingContext,
  snapshot: Snapshot | undefined,
): Promise<Learner> {
  const { plan } = job;
  return plan.kind === 'network'
    ? NetworkLearner.open(plan, job, context, snapshot)
    : LinearLearner.open(plan, job, context, snapshot);
}

function checkFinite({ step, loss, learningRate }: Metrics): void {
  if (Number.isFinite(loss)) return;
  throw new DivergedError(
    `The loss became ${loss} at step ${step} with a learning rate of ${learningRate}. Lower the learning rate, warm up ` +
      'longer, or clip the norm of the gradient.',
  );
}

async function put(
  store: ArtifactStore,
  job: TrainingJob,
  kind: string,
  arrays: Parameters<typeof writeNpz>[0],
): Promise<ArtifactRef> {
  return store.put(kind, writeNpz(arrays), provenanceOf(job));
}
