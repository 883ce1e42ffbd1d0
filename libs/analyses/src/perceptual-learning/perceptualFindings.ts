import type { ReportNetwork } from '@oblique/report';
import type { NeededSteps } from '@oblique/workflow';
import type { Findings, FindingsContext } from '@oblique/study';
import { progressOf, type Progress } from '../trained-controls/progress.js';
import { HALF_WIDTH_DEG } from './gains.js';
import { observationsOf, readLearned, type Learner } from './learner.js';
import { perceptualClaims } from './perceptualClaims.js';
import { perceptualFigures } from './perceptualFigures.js';
import type { PerceptualParameters } from './perceptualParameters.js';

/** What the networks that were trained on say. */
export async function perceptualFindings(
  parameters: PerceptualParameters,
  learners: readonly Learner[],
  { store, needed, signal }: FindingsContext,
): Promise<Findings> {
  const learned = await Promise.all(learners.map((learner) => readLearned(learner, needed, store)));
  signal.throwIfAborted();
  const provenance = observationsOf(learners, needed);
  const trainings = learners.flatMap(({ narrow }) => narrow.map(({ step }) => step));
  return {
    summary: summaryOf(parameters),
    seeds: { trainings: parameters.seeds },
    networks: networksOf(parameters, learners, needed),
    claims: perceptualClaims(learned, parameters, provenance),
    figures: await perceptualFigures(learned, parameters, provenance),
    methods: [
      ...methodsOf(parameters),
      learnedInWords(await progressOf(trainings, 'accuracy', needed, store)),
    ],
  };
}

function summaryOf({ network, referenceDeg, steps, seeds }: PerceptualParameters): string {
  const what = network ?? 'a network that tells the orientation of synthetic gratings';
  return (
    `Beyond the paper: ${what} is trained on for ${steps} steps with gratings about ${referenceDeg}°, or about ` +
    `${(referenceDeg + 90) % 180}°, ${seeds.length} seeds each. Where and in which layers does sensitivity change, as it ` +
    'would in perceptual learning?'
  );
}

function networksOf(
  { network, width, pretrainingSteps, seeds, bins }: PerceptualParameters,
  learners: readonly Learner[],
  needed: NeededSteps,
): ReportNetwork[] {
  const [first] = learners;
  if (first === undefined) return [];
  const { digest } = needed.result(first.pretrained, 'model.onnx');
  if (network !== null)
    return [
      { name: network, origin: 'unknown', description: 'The pretrained network that was given.', digest },
    ];
  return [
    {
      name: 'pretrained',
      origin: 'trained',
      description:
        `4096-${Math.round(1024 * width)}-${Math.round(256 * width)}-${bins} ReLU network trained for ${pretrainingSteps} ` +
        `steps on synthetic gratings of all orientations; seeds ${seeds.join(', ')}. The digest is of the first.`,
      digest,
    },
  ];
}

function methodsOf(parameters: PerceptualParameters): string[] {
  const {
    network,
    bins,
    referenceDeg,
    steepness,
    batchSize,
    learningRate,
    narrowLearningRate,
    orientations,
    phases,
    confidence,
    seeds,
  } = parameters;
  const ratio = ((1 + steepness) / (1 - steepness)).toPrecision(3);
  return [
    'The gratings are synthetic: those of Fig. 6, 5 cycles behind a soft disc, of any phase, drawn inside the training program.',
    network === null
      ? `Before, the network learned to tell ${bins} classes of orientation, all orientations equally frequent (Fig. 6's control), from weights of a tenth of PyTorch's.`
      : `The network that was given is trained on as it is, all weights of it, to tell ${bins} classes of orientation.`,
    `The narrow training goes on with the same task and rule, plain gradient descent in batches of ${batchSize}, at the rate ${narrowLearningRate} ` +
      `(before: ${learningRate}), but orientations are drawn from p = (1 + ${steepness} cos 2(θ − trained))/π: ${ratio} times as many at the ` +
      'trained orientation as at right angles to it. This is less narrow than the one or two orientations of a psychophysical experiment.',
    `From each pretrained network one training is at ${referenceDeg}° and one at ${(referenceDeg + 90) % 180}°, each orientation ` +
      "being the other training's untrained one. Logarithms of gains are averaged over the two by distance from the trained orientation, so " +
      'that what pixels and pretraining make of the two orientations cancels.',
    `D is the sum of squared derivatives of a layer's activations with respect to orientation (eq. 1), exact, at ` +
      `${orientations} orientations, averaged over ${phases} phases. Gains are D over D at step 0 of the narrow training, in ` +
      `windows of ±${HALF_WIDTH_DEG}°. D has no noise: it is what an ideal observer with equal noise in every unit could use.`,
    'All weights learn at one rate, the readout included. Whether early or late layers change more depends on that, on the ' +
      'scale of the initial weights and on the task; studies of deep networks as models of perceptual learning (Wenliang and Seitz 2018) found ' +
      'more change in early layers for finer tasks.',
    seeds.length > 1
      ? `Intervals are Student's with ${100 * confidence} % confidence over ${seeds.length} seeds${network === null ? '' : ', which differ in their gratings only'}. Thresholds are those of no effect.`
      : 'There is one seed: no intervals, and every claim stays inconclusive.',
  ];
}

function learnedInWords({ first, last }: Progress): string {
  const percent = (part: number): string => `${(100 * part).toFixed(1)} %`;
  return (
    `Accuracy on the gratings that are learned from: ${percent(first)} in the first and ${percent(last)} in the last tenth of ` +
    'the narrow training, mean over all trainings. Where it does not rise, the claims are about something else than learning.'
  );
}
