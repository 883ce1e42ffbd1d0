import type { ArtifactStore } from '@oblique/artifacts';
import { discreteLearning } from '@oblique/linear-learning';
import type { NeededSteps } from '@oblique/workflow';
import type { LinearParameters } from './linearParameters.js';
import { LinearRecord } from './linearRecord.js';
import { learningCurves, type LearningCurves } from './learningCurves.js';
import { isSquared } from './network.js';
import { ALIGNED_SIGMA, learningRateOf, runsOf, type LinearRun } from './training.js';

/** A training with what was read from it. */
export interface RunResult extends LearningCurves {
  readonly run: LinearRun;
  /** Of its `linear-learning.npz`. */
  readonly digest: string;
}

/** Reads trainings: every one of the analysis, where none are named. */
export async function linearResults(
  parameters: LinearParameters,
  needed: NeededSteps,
  store: ArtifactStore,
  runs: readonly LinearRun[] = runsOf(parameters),
): Promise<readonly RunResult[]> {
  const learningRate = learningRateOf(parameters, needed);
  return Promise.all(
    runs.map(async (run): Promise<RunResult> => {
      const { digest } = needed.result(run.id, 'linear-learning.npz');
      const { network, initialSize } = run;
      const curves = learningCurves(
        new LinearRecord(await store.get(digest)),
        { network, learningRate, pixels: parameters.sizePixels ** 2 },
        {
          components: parameters.components,
          fitted: parameters.judged,
          squared: run.kind === 'main' && isSquared(network, parameters),
          start: run.kind === 'aligned' ? { aligned: ALIGNED_SIGMA } : { uniform: initialSize },
        },
      );
      return { ...curves, run, digest };
    }),
  );
}

/** The largest difference of σ, over components and records, from gradient descent on each component by itself. */
export function alignedError({ flow, record, sigma }: RunResult): number {
  const { network, learningRate, pixels } = flow;
  const differences = sigma.map((values, component) => {
    const exact = discreteLearning(
      {
        ...network,
        variance: record.variance[component] ?? NaN,
        initial: ALIGNED_SIGMA,
        learningRate,
        pixels,
      },
      record.steps.at(-1) ?? 0,
    );
    return Math.max(
      ...values.map((value, index) => Math.abs(value - (exact[record.steps[index] ?? NaN] ?? NaN))),
    );
  });
  return Math.max(...differences);
}
