import { trainingV1 } from '@oblique/contracts';
import { frequencySensitivity, thresholdOf } from '@oblique/linear-learning';
import type { NeededSteps, Step } from '@oblique/workflow';
import { readComponentsValue, type Services, trainStep } from '@oblique/study';
import type { LinearParameters } from './linearParameters.js';
import { initialSize, isDeep, networksOf, TIED, type LinearNetwork } from './network.js';

export const PATCHES = 'patches';
export const COMPONENTS = 'components';
/** σ(0) of aligned weights. */
export const ALIGNED_SIGMA = 0.01;
const FREQUENCIES = 20;
const ACUITY_THRESHOLD_AT_32_PIXELS = 0.1;

/** One training of the analysis. */
export interface LinearRun {
  /** Of its step. */
  readonly id: string;
  readonly network: LinearNetwork;
  readonly seed: number;
  readonly kind: 'main' | 'sweep' | 'aligned';
  /** Half width of uniform entries, or σ(0) where aligned. */
  readonly initialSize: number;
  readonly batchSize: number;
  readonly steps: number;
  readonly outputNoise: number;
}

/** Every training: each network with each seed, WᵀW from other sizes, and networks from aligned weights. */
export function runsOf(parameters: LinearParameters): readonly LinearRun[] {
  const { seeds, batchSize, deepBatchSize, steps, deepSteps, outputNoise, patches, sweepFactors } =
    parameters;
  const networks = networksOf(parameters);
  const sweptSize = initialSize(TIED, { ...parameters, protocol: 'code' });
  return [
    ...networks.flatMap((network) =>
      seeds.map((seed): LinearRun => ({
        id: `train ${network.slug} seed ${seed}`,
        network,
        seed,
        kind: 'main',
        initialSize: initialSize(network, parameters),
        batchSize: isDeep(network) ? deepBatchSize : batchSize,
        steps: isDeep(network) ? deepSteps : steps,
        outputNoise,
      })),
    ),
    ...sweepFactors.flatMap((factor) =>
      seeds.map((seed): LinearRun => ({
        id: `train tied times ${factor} seed ${seed}`,
        network: TIED,
        seed,
        kind: 'sweep',
        initialSize: factor * sweptSize,
        batchSize,
        steps,
        outputNoise: 0,
      })),
    ),
    ...networks.slice(1).map((network): LinearRun => ({
      id: `train ${network.slug} aligned`,
      network,
      seed: seeds[0] ?? 0,
      kind: 'aligned',
      initialSize: ALIGNED_SIGMA,
      batchSize: patches,
      steps,
      outputNoise: 0,
    })),
  ];
}

export function trainingStep(run: LinearRun, parameters: LinearParameters, services: Services): Step {
  return trainStep(
    {
      id: run.id,
      description: run.id.replace(/^train/, 'training'),
      needs: [PATCHES, COMPONENTS],
      cost: (run.steps * Math.max(2, run.network.depth) * (parameters.sizePixels / 16) ** 4) / 500,
      spec: (needed) => ({
        seed: String(run.seed),
        learner: { $case: 'linear', value: linearTraining(run, parameters, needed) },
      }),
    },
    services,
  );
}

/** The learning rate: where it is open, the largest at which the first component of WᵀW is reached without overshoot. */
export function learningRateOf({ learningRate, sizePixels }: LinearParameters, needed: NeededSteps): number {
  if (learningRate !== null) return learningRate;
  const { firstVariance } = needed.value(COMPONENTS, readComponentsValue);
  return Number((sizePixels ** 2 / (8 * firstVariance)).toPrecision(2));
}

/** The paper's 0.1 at 32 pixels, as far above what a network can reach at other sizes. */
export function acuityThreshold({ sizePixels }: LinearParameters): number {
  return Number(
    ((ACUITY_THRESHOLD_AT_32_PIXELS * leastThreshold(sizePixels)) / leastThreshold(32)).toPrecision(2),
  );
}

/** Threshold of the identity, equal at all frequencies. */
export function leastThreshold(sizePixels: number): number {
  const kernel = new Float64Array(sizePixels ** 2);
  for (let column = 0; column < sizePixels; column++) kernel[column * (sizePixels + 1)] = sizePixels;
  return thresholdOf(frequencySensitivity(kernel, 0.1));
}

/**
 * Spatial frequencies at which D is measured, in cycles/pixel: f from 1 to 10 at 32 pixels, and as far towards the Nyquist
 * frequency at others.
 */
export function frequenciesOf({ sizePixels }: LinearParameters): number[] {
  const [low, high] = [0.5 / (sizePixels - 1), Math.min(0.45, (5 / 31) * Math.sqrt(32 / sizePixels))];
  return Array.from({ length: FREQUENCIES }, (_, index) => low + ((high - low) * index) / (FREQUENCIES - 1));
}

function linearTraining(
  run: LinearRun,
  parameters: LinearParameters,
  needed: NeededSteps,
): trainingV1.LinearTraining {
  const { network, steps } = run;
  return {
    patches: needed.result(PATCHES, 'patches.npy'),
    components: needed.result(COMPONENTS, 'pca.npz'),
    depth: network.depth,
    tied: network.tied,
    initialisation:
      run.kind === 'aligned'
        ? trainingV1.LinearInitialisation.LINEAR_INITIALISATION_ALIGNED
        : trainingV1.LinearInitialisation.LINEAR_INITIALISATION_UNIFORM,
    initialSize: run.initialSize,
    batchSize: run.batchSize,
    learningRate: learningRateOf(parameters, needed),
    steps,
    outputNoise: run.outputNoise,
    recordedSteps: { at: [0], every: Math.max(1, Math.ceil(steps / 25)), logarithmic: 30 },
    frequenciesCyclesPerPixel: frequenciesOf(parameters),
    acuityThreshold: acuityThreshold(parameters),
  };
}
