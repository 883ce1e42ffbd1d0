import type { ArtifactRef } from '@oblique/artifacts';
import { datasetV1, stimulusV1, trainingV1 } from '@oblique/contracts';
import {
  above,
  claim,
  confidence,
  count,
  givenModel,
  lines,
  param,
  Quantity,
  seeds,
  several,
  study,
  trainings,
  type Source,
  type ValuesOf,
} from '@oblique/study';
import { z } from 'zod';
import { OBSERVATION } from './gratings/gratingTraining.js';
import { costOf } from './gratings/gratingTrainings.js';
import { learningProgress } from './gratings/learningProgress.js';

/** The step that has the network which a user gave. */
const GIVEN_NETWORK = 'find the pretrained network';
/** Of the network that is pretrained here; one that is given has its own. */
const SIZE_PIXELS = 64;
/** Fig. 6's factor on PyTorch's initial weights. */
const INITIAL_SCALE = 0.1;
/** Gains are averaged within ± so many degrees of an orientation. */
const HALF_WIDTH_DEG = 10;
const WINDOW = `geometric mean within ±${HALF_WIDTH_DEG}°`;

const parameters = {
  seeds: seeds('Seeds of weights and gratings; each is a network that is trained on twice.', {
    quick: [0, 1, 2, 3],
    full: [0, 1, 2, 3, 4],
  }),
  network: param(
    z.string().min(1).nullable(),
    'A pretrained network, by the name or digest that it was added under; it must answer with as many numbers as there ' +
      'are bins. null: the network of Fig. 6, pretrained here on gratings of all orientations.',
    null,
  ),
  bins: param(count(2, 1000), 'Classes over 180°: how fine orientations are told.', 60),
  referenceDeg: param(
    z.number().min(0).lt(180),
    'The orientation that is trained; the one at right angles to it is the untrained one. At 45° the two are mirror ' +
      'images, which pixels treat alike.',
    45,
  ),
  steepness: param(
    z.number().positive().lt(1),
    'Of the narrow training: p = (1 + steepness · cos 2(θ − trained))/π. 0.99: 199 times as many gratings at the trained ' +
      'orientation as at right angles to it.',
    0.99,
  ),
  width: param(z.number().positive().max(4), 'Factor on the 1024 and 256 hidden units.', {
    quick: 0.25,
    full: 1,
  }),
  batchSize: param(count(2, 65_536), 'Gratings a step.', { quick: 256, full: 1024 }),
  learningRate: param(z.number().positive(), 'Learning rate before the narrow training.', {
    quick: 1,
    full: 0.5,
  }),
  narrowLearningRate: param(
    z.number().positive(),
    'Learning rate of the narrow training; null: a tenth of that before it. Gratings that are much alike have steeper ' +
      'losses together: at the whole rate the loss rises and units die.',
    { quick: 0.1, full: 0.05 },
  ),
  pretrainingSteps: param(count(1), 'Steps on gratings of all orientations.', { quick: 240, full: 300 }),
  steps: param(count(2), 'Steps of the narrow training.', { quick: 160, full: 300 }),
  observedSteps: param(
    count(3, 1000),
    'At how many steps, logarithmically spaced, D is measured, beside step 0.',
    { quick: 8, full: 12 },
  ),
  orientations: param(
    // With fewer, a window of ±10° could hold none.
    count(18, 720).refine(
      (orientations) => orientations % 2 === 0,
      'must be even, so that the untrained orientation is among them',
    ),
    'Orientations at which D is measured; an even number.',
    { quick: 24, full: 60 },
  ),
  phases: param(count(1, 360), 'Phases that D is averaged over.', { quick: 6, full: 11 }),
  layers: param(several(z.string().min(1)), 'Layers to measure: auto, all, names or patterns with *.', [
    'auto',
  ]),
  confidence,
};

type P = ValuesOf<typeof parameters>;

/** Beyond the paper: what does a network that is trained on about one orientation become sensitive to, and where? */
export const perceptualLearning = study({
  name: 'perceptual-learning',
  title: 'Perceptual learning from a pretrained network',
  description:
    'Trains a pretrained network on about one orientation, and measures sensitivity there and at right angles to it, by ' +
    'layer and step: specificity, as in perceptual learning.',
  parameters,
  profiles: {
    quick: 'a quarter of the hidden units, batches of 256, four seeds, 40 seconds on two cores',
    full: 'all hidden units, batches of 1024, five seeds, an hour',
  },
  smallest: {
    seeds: [0, 1],
    width: 0.02,
    batchSize: 8,
    pretrainingSteps: 4,
    steps: 6,
    observedSteps: 3,
    orientations: 18,
    phases: 1,
  },

  asks: (p) =>
    `Beyond the paper: ${p.network ?? 'a network that tells the orientation of synthetic gratings'} is trained on for ${p.steps} steps with gratings about ${p.referenceDeg}°, or about ` +
    `${rightAngles(p.referenceDeg)}°, ${p.seeds.length} seeds each. Where and in which layers does sensitivity change, as it ` +
    'would in perceptual learning?',

  data: (p) => ({
    pretrained: p.network === null ? pretraining(p) : found(p.network),
    // Step 0 is the network before the narrow training.
    narrow: trainings({
      over: { trained: [p.referenceDeg, rightAngles(p.referenceDeg)] },
      seeds: p.seeds,
      id: ({ at, seed }) => `train about ${at.trained}°, seed ${seed}`,
      description: ({ at, seed }) => `training about ${at.trained}°, seed ${seed}`,
      needs: ({ seed }) => [pretrainedStep(p, seed)],
      spec: ({ at, seed }, needed) =>
        narrowTraining(p, seed, at.trained, needed.result(pretrainedStep(p, seed), 'model.onnx')),
      cost: () => costOf(p),
    }),
  }),

  quantities: ({ narrow }, p) => {
    const d = narrow.sensitivity(OBSERVATION, ['orientation']);
    const gain = d.with(d.at({ step: 0 }), (after, before) => after / before).log();
    // What pixels and pretraining make of one of the two orientations is at 0° in the one training and at 90° in the
    // other: differences between distances are free of it in their mean.
    const byDistance = gain
      .at({ orientation: orientationAt(p) })
      .mean('trained')
      .called({ name: 'gain', title: 'D / D before' });
    const near = (centreDeg: number): Quantity =>
      byDistance
        .only('distance', (distance) => Math.abs(Math.abs(distance) - centreDeg) <= HALF_WIDTH_DEG)
        .mean('distance');
    const [trained, untrained] = [near(0), near(90)];
    return {
      byDistance,
      gains: Quantity.stack({ name: 'where', values: ['trained', 'untrained'] }, [trained, untrained]),
      trained,
      specificity: trained
        .minus(untrained)
        .called({ name: 'specificity', title: 'gain trained / gain untrained' }),
      accuracy: learningProgress(narrow, 'accuracy'),
    };
  },

  claims: ({ trained, specificity }, p) => {
    const layers = specificity.axis('layer').values;
    const [earliest, latest] = [layers[0], layers.at(-1)];
    if (earliest === undefined || latest === undefined) return [];
    const where = `windows of ±${HALF_WIDTH_DEG}°, after ${p.steps} steps, mean over ${p.referenceDeg}° and ${rightAngles(p.referenceDeg)}° as the trained orientation`;
    const last = specificity.at({ step: p.steps });
    const half = specificity.reduce('step', ({ at, values }) => halfStep(at, values)).map(Math.log);
    return [
      claim(
        'PL.1',
        'Training about one orientation raises the sensitivity there.',
        trained
          .at({ step: p.steps })
          .mean('layer')
          .called({
            words: `D at the trained orientation over D before, geometric mean over layers; ${where}`,
          }),
        above(1),
        { figures: ['perceptual-learning-gain', 'perceptual-learning-distance'] },
      ),
      claim(
        'PL.2',
        'It is specific: sensitivity gains more at the trained orientation than at right angles to it.',
        last.mean('layer').called({
          words: `gain of D at the trained over that at the untrained orientation, geometric mean over layers; ${where}`,
        }),
        above(1),
        { figures: ['perceptual-learning-specificity', 'perceptual-learning-distance'] },
      ),
      claim(
        'PL.3',
        `The last layer (${latest}) changes more than the first (${earliest}).`,
        last
          .at({ layer: latest })
          .minus(last.at({ layer: earliest }))
          .called({ words: `specificity of ${latest} over that of ${earliest}; ${where}` }),
        above(1, 'as the reverse hierarchy theory of Ahissar and Hochstein (2004) has it'),
        { figures: ['perceptual-learning-specificity'] },
      ),
      claim(
        'PL.4',
        `The last layer (${latest}) changes before the first (${earliest}).`,
        half
          .at({ layer: earliest })
          .minus(half.at({ layer: latest }))
          .called({
            words: `step at which log specificity of ${earliest} has half of its last value, over that of ${latest}`,
          }),
        above(1, 'as the reverse hierarchy theory has it'),
        { figures: ['perceptual-learning-specificity'] },
      ),
    ];
  },

  figures: ({ gains, specificity, byDistance }, p) => {
    const step = { axis: 'step', title: 'step of the narrow training', scale: 'log' } as const;
    const legend = 'layer, early to late';
    return [
      lines('perceptual-learning-gain', gains, {
        title: 'Sensitivity at the trained and at the untrained orientation',
        caption: `D over D before the narrow training, ${WINDOW}; untrained is at right angles to trained.`,
        x: step,
        colour: 'where',
        panel: 'layer',
        legend: 'orientation',
      }),
      lines('perceptual-learning-specificity', specificity, {
        title: 'Specificity by layer',
        caption: `Gain of D at the trained over that at the untrained orientation, ${WINDOW}.`,
        x: step,
        colour: 'layer',
        legend,
      }),
      lines('perceptual-learning-distance', byDistance.at({ step: p.steps }), {
        title: 'Where sensitivity is gained',
        caption: `D after ${p.steps} steps over D before, by distance from the trained orientation.`,
        x: {
          axis: 'distance',
          name: 'distanceDeg',
          title: 'distance from the trained orientation (degrees)',
        },
        colour: 'layer',
        legend,
      }),
    ];
  },

  methods: (p, { accuracy }) => {
    const ratio = ((1 + p.steepness) / (1 - p.steepness)).toPrecision(3);
    const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
    return [
      'The gratings are synthetic: those of Fig. 6, 5 cycles behind a soft disc, of any phase, drawn inside the training program.',
      p.network === null
        ? `Before, the network learned to tell ${p.bins} classes of orientation, all orientations equally frequent (Fig. 6's control), from weights of a tenth of PyTorch's.`
        : `The network that was given is trained on as it is, all weights of it, to tell ${p.bins} classes of orientation; seeds differ in their gratings only.`,
      `The narrow training goes on with the same task and rule, plain gradient descent in batches of ${p.batchSize}, at the rate ${p.narrowLearningRate} ` +
        `(before: ${p.learningRate}), but orientations are drawn from p = (1 + ${p.steepness} cos 2(θ − trained))/π: ${ratio} times as many at the ` +
        'trained orientation as at right angles to it. This is less narrow than the one or two orientations of a psychophysical experiment.',
      `From each pretrained network one training is at ${p.referenceDeg}° and one at ${rightAngles(p.referenceDeg)}°, each orientation ` +
        "being the other training's untrained one. Logarithms of gains are averaged over the two by distance from the trained orientation, so " +
        'that what pixels and pretraining make of the two orientations cancels.',
      `D is the sum of squared derivatives of a layer's activations with respect to orientation (eq. 1), exact, at ` +
        `${p.orientations} orientations, averaged over ${p.phases} phases. Gains are D over D at step 0 of the narrow training, in ` +
        `windows of ±${HALF_WIDTH_DEG}°. D has no noise: it is what an ideal observer with equal noise in every unit could use.`,
      'All weights learn at one rate, the readout included. Whether early or late layers change more depends on that, on the ' +
        'scale of the initial weights and on the task; studies of deep networks as models of perceptual learning (Wenliang and Seitz 2018) found ' +
        'more change in early layers for finer tasks.',
      `Accuracy on the gratings that are learned from: ${percent(accuracy.first)} in the first and ${percent(accuracy.last)} in the last tenth of ` +
        'the narrow training, mean over all trainings. Where it does not rise, the claims are about something else than learning.',
    ];
  },
});

function rightAngles(orientationDeg: number): number {
  return (orientationDeg + 90) % 180;
}

/** The step that has the network which is trained on. */
function pretrainedStep({ network }: P, seed: number): string {
  return network === null ? `pretrain on gratings, seed ${seed}` : GIVEN_NETWORK;
}

/** Where a distance from the trained orientation lies, for each of the two: -90 to 90° in steps of the orientations. */
function orientationAt({ referenceDeg, orientations }: P): Quantity {
  return Quantity.over(
    {
      trained: [referenceDeg, rightAngles(referenceDeg)],
      distance: Array.from({ length: orientations }, (_, k) => (180 * k) / orientations - 90),
    },
    ({ trained, distance }) => (Number(trained) + Number(distance) + 180) % 180,
    { name: 'orientation' },
  );
}

/**
 * The step at which a curve first has half of its last value, interpolated over the logarithm of the step; NaN where its
 * last value is not positive.
 */
export function halfStep(steps: readonly number[], curve: readonly number[]): number {
  const last = curve.at(-1);
  const half = last === undefined ? NaN : last / 2;
  const after = half > 0 ? curve.findIndex((value) => value >= half) : -1;
  const [to, high] = [steps[after], curve[after]];
  if (to === undefined || high === undefined) return NaN;
  const [from, low] = [steps[after - 1], curve[after - 1]];
  // Step 0 has no logarithm: what is there at the first step counts as learned by then.
  if (from === undefined || low === undefined || from <= 0) return to;
  return from * (to / from) ** ((half - low) / (high - low));
}

/** A network that was given, as the narrow trainings find it. */
function found(network: string): Source<undefined> {
  return {
    steps: (services) => [givenModel(GIVEN_NETWORK, network, services)],
    read: async () => undefined,
    networks: (needed) => [
      {
        name: network,
        origin: 'unknown',
        description: 'The pretrained network that was given.',
        digest: needed.result(GIVEN_NETWORK, 'model.onnx').digest,
      },
    ],
  };
}

/** Networks that learn to tell the orientation of gratings, all equally frequent. */
function pretraining(p: P): Source<unknown> {
  return trainings({
    over: {},
    seeds: p.seeds,
    id: ({ seed }) => pretrainedStep(p, seed),
    description: ({ seed }) => `pretraining on gratings, seed ${seed}`,
    spec: ({ seed }) =>
      spec(p, seed, p.learningRate, {
        start: {
          $case: 'architecture',
          value: { architecture: 'mlp', width: p.width, inputSizePixels: SIZE_PIXELS },
        },
        initialScale: INITIAL_SCALE,
        dataset: gratings(p, { prior: datasetV1.Gratings_Prior.PRIOR_UNIFORM }),
        steps: p.pretrainingSteps,
      }),
    cost: () => costOf({ ...p, steps: p.pretrainingSteps }),
    network: () => ({
      name: 'pretrained',
      description:
        `4096-${Math.round(1024 * p.width)}-${Math.round(256 * p.width)}-${p.bins} ReLU network trained for ${p.pretrainingSteps} ` +
        `steps on synthetic gratings of all orientations; seeds ${p.seeds.join(', ')}. The digest is of the first.`,
    }),
  });
}

/** The same task from the weights of a network, with gratings about one orientation. */
function narrowTraining(p: P, seed: number, trainedDeg: number, model: ArtifactRef): trainingV1.TrainingSpec {
  return spec(p, seed, p.narrowLearningRate, {
    start: { $case: 'model', value: model },
    dataset: gratings(p, { cosinePrior: { steepness: p.steepness, peakDeg: trainedDeg } }),
    steps: p.steps,
    observations: [
      {
        name: OBSERVATION,
        stimulus: {
          family: 'grating',
          stretch: stimulusV1.Stretch.STRETCH_NONE,
          input: stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT,
        },
        variable: 'orientation',
        grid: [
          {
            parameter: 'orientation',
            values: Array.from(
              { length: p.orientations },
              (_, k) => (p.referenceDeg + (180 * k) / p.orientations) % 180,
            ),
          },
          { parameter: 'phase', values: Array.from({ length: p.phases }, (_, k) => (360 * k) / p.phases) },
        ],
        layers: [...p.layers],
      },
    ],
    observationSteps: { at: [0], logarithmic: p.observedSteps },
  });
}

type Network = NonNullable<Parameters<typeof trainingV1.NetworkTraining.fromPartial>[0]>;
type Gratings = NonNullable<Parameters<typeof datasetV1.Gratings.fromPartial>[0]>;

function spec(p: P, seed: number, learningRate: number, network: Network): trainingV1.TrainingSpec {
  return trainingV1.TrainingSpec.fromPartial({
    learner: {
      $case: 'network',
      value: {
        task: datasetV1.Task.TASK_CLASS,
        optimiser: { method: trainingV1.Optimiser_Method.METHOD_SGD },
        schedule: { kind: trainingV1.Schedule_Kind.KIND_CONSTANT, learningRate },
        batchSize: p.batchSize,
        ...network,
      },
    },
    seed: String(seed),
  });
}

function gratings({ bins }: P, prior: Gratings): Network['dataset'] {
  return { source: { $case: 'gratings', value: { bins, ...prior } } };
}
