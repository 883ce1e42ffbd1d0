import type { NeededSteps } from '@oblique/workflow';
import type { Findings, FindingsContext } from '@oblique/study';
import { readCohort, type Cohort, type LearnedCohort } from './cohort.js';
import { CONDITION_NAMES } from './conditions.js';
import { labelNoiseClaims } from './labelNoiseClaims.js';
import { labelNoiseFigures, ofBins } from './labelNoiseFigures.js';
import { conditionsOf, type LabelNoiseParameters } from './labelNoiseParameters.js';
import { stimuliFigure } from './stimuliFigure.js';

/** What the trained networks say of Fig. 6. */
export async function labelNoiseFindings(
  parameters: LabelNoiseParameters,
  cohorts: readonly Cohort[],
  { store, needed }: FindingsContext,
): Promise<Findings> {
  const learned = await Promise.all(cohorts.map((cohort) => readCohort(cohort, needed, store)));
  return {
    summary: summaryOf(parameters),
    seeds: { trainings: parameters.seeds },
    networks: learned.map((cohort) => networkOf(cohort, parameters, needed)),
    claims: parameters.bins.flatMap((bins) => labelNoiseClaims(ofBins(learned, bins), parameters)),
    figures: [
      await stimuliFigure(needed, store),
      ...(await labelNoiseFigures(learned, conditionsOf(parameters), parameters)),
    ],
    methods: methodsOf(parameters),
  };
}

function summaryOf({ steps, seeds, conditions }: LabelNoiseParameters): string {
  return (
    `A network learns to tell the orientation of gratings for ${steps} steps, with ${seeds.length} seeds under ` +
    `${conditions.length} conditions that differ in how often orientations occur (p) and keep their labels (σ). Does the ` +
    'sensitivity of its first layer follow frequency, even where information is balanced? The control with ' +
    'erasure-balanced noise asks whether it is p σ, the frequency of labels, that it follows.'
  );
}

function networkOf(
  { condition, bins, members }: LearnedCohort,
  parameters: LabelNoiseParameters,
  needed: NeededSteps,
) {
  const { width, steps, seeds } = parameters;
  const [first] = members;
  return {
    name: `${condition.label}, ${bins} classes`,
    origin: 'trained' as const,
    description:
      `4096-${Math.round(1024 * width)}-${Math.round(256 * width)}-${bins} ReLU network trained on synthetic gratings for ` +
      `${steps} steps; seeds ${seeds.join(', ')}. The digest is of the first.`,
    ...(first === undefined ? {} : { digest: needed.result(first.trainStep, 'model.onnx').digest }),
    layers: 3,
  };
}

function methodsOf(parameters: LabelNoiseParameters): string[] {
  const { width, batchSize, steps, learningRate, initialScale, protocol, amount, orientations, phases } =
    parameters;
  const notTrained = CONDITION_NAMES.filter((name) => !parameters.conditions.includes(name));
  return [
    'Gratings of 64 × 64 pixels with 5 cycles in 63 pixels (a period of 12.6; the text says 12.8) behind a soft disc of ' +
      "radius 30, drawn inside the training program from angles and phases. The authors' code rotates by bilinear " +
      'resampling, which attenuates oblique gratings slightly; here they are drawn exactly. The disc is in the code only. ' +
      'Phases are uniform over ' +
      (protocol === 'code'
        ? 'half a circle; the text says "random".'
        : "the whole circle; the authors' code has half."),
    'Half a circle of phases may single out horizontal bars: those a little above 0° and a little below 180° look alike but ' +
      'have opposite phases, so that they share no image. Uniform gratings show what is preferred for such reasons ' +
      '(control-uniform).',
    `Plain gradient descent, learning rate ${learningRate}, ${batchSize} fresh gratings a step, ${steps} steps; initial ` +
      `weights and biases are PyTorch's times ${initialScale}. None of these numbers is in the text; the code has 0.5, 2048, ` +
      `300 (500 on an axis) and 0.1, and 1024 and 256 hidden units${width === 1 ? '.' : `, of which ${width} are used here.`}`,
    'Where a label is dropped, the example has no loss but counts in the mean: the expected gradient is that of ' +
      'orientations drawn with density p σ. The code sends such labels to an additional class of constant log-probability, ' +
      'which is the same. Equal seeds have equal initial weights and draw from equal random numbers under every condition.',
    `Label noise, a = ${amount} per radian. Text: H(σ) = 1 − a/p, so that p (1 − H) is equal everywhere; H is the binary ` +
      "entropy. Code: H(σ) = 1.3 (1 − a/p), which balances nothing: the common orientation's information is about 2.8 " +
      'times smaller at a = 0.15. The inverse of H is exact, not a table. In b, whose σ is not stated, it is that of ' +
      `d by the ${protocol}'s formula. Allowed: 0 ≤ a ≤ min p.`,
    'Erasure: σ = min p/p. An example either has its label or not, so that information is proportional to σ, and p σ is ' +
      'equal everywhere: the expected gradient is that of uniform gratings at half the learning rate, which is trained as its twin. ' +
      'Erasure is judged by itself (control-erasure-alone) and against its twin (control-erasure), which has the same ' +
      'initial weights and shares what delays 0° for other reasons. The paper has no such control.',
    `D is that of the ReLU units of the first hidden layer by exact derivatives, at ${orientations} orientations and ` +
      `${phases} phases (${protocol === 'code' ? 'both ends of the half turn included' : 'tiling the whole turn'}), averaged over ` +
      'phases. The authors take central differences of 1e-3 rad.',
    `The onset of an orientation is read from D (${parameters.onsetFactor} times its initial mean), not from the accuracy of its class.`,
    'Methods and code of the paper have 60 classes, the caption of Fig. 6a has 3; an orientation of 180° would belong to the last class, not to one more.',
    ...(notTrained.length > 0 ? [`Not trained: ${notTrained.join(', ')}.`] : []),
    ...(parameters.bins.includes(3) ? [] : ['Not trained: the reading with 3 classes.']),
  ];
}
