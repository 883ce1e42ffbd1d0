import type { Findings, FindingsContext } from '@oblique/study';
import { measuredCohort, type Cohort } from './cohort.js';
import { OBJECTIVE_NAMES, OBJECTIVES } from './objective.js';
import { objectivesClaims } from './objectivesClaims.js';
import { objectivesFigures } from './objectivesFigures.js';
import type { ObjectivesParameters } from './objectivesParameters.js';

/** What networks with different objectives say of the same images. */
export async function objectivesFindings(
  parameters: ObjectivesParameters,
  cohorts: readonly Cohort[],
  { store, needed, signal }: FindingsContext,
): Promise<Findings> {
  const measured = await Promise.all(
    cohorts.map((cohort) => measuredCohort(cohort, parameters, needed, store)),
  );
  signal.throwIfAborted();
  const { network, width, sizePixels, steps, seeds, objectives } = parameters;
  return {
    summary:
      `Beyond the paper: ${network} learns from the same synthetic scenes by ${objectives.length} objectives, in a world ` +
      `where cardinal orientations are common and in one where oblique ones are, ${seeds.length} seeds each. Does sensitivity ` +
      'follow the statistics of the images whatever is asked of the network?',
    seeds: { trainings: seeds },
    networks: cohorts.map(({ objective, members }) => {
      const [first] = members.flat();
      return {
        name: OBJECTIVES[objective].label,
        origin: 'trained' as const,
        description:
          `${network} of width ${width} that ${OBJECTIVES[objective].words}, trained for ${steps} steps on synthetic scenes of ` +
          `${sizePixels} pixels; seeds ${seeds.join(', ')}, two worlds. The digest is of the first.`,
        ...(first === undefined ? {} : { digest: needed.result(first.step, 'model.onnx').digest }),
      };
    }),
    claims: objectivesClaims(measured, parameters.confidence),
    figures: await objectivesFigures(measured, parameters),
    methods: methodsOf(parameters),
  };
}

function methodsOf(parameters: ObjectivesParameters): string[] {
  const { concentration, images, cropScale, batchSize, learningRate, steps, phases, judgedFrom } = parameters;
  const { objectives, seeds, confidence } = parameters;
  const has = (name: (typeof OBJECTIVE_NAMES)[number]): boolean => objectives.includes(name);
  const notTrained = OBJECTIVE_NAMES.filter((name) => !has(name));
  return [
    `The images are synthetic: ${images} procedural scenes a seed, orientations drawn from p ∝ exp(${concentration} cos 4(θ − peak)) ` +
      'with the peak at 0° (natural) or 45° (turned). Worlds differ in the peak and in nothing else; for a seed every objective ' +
      `has the same scenes, in square random crops of at least ${100 * cropScale} % of the area, without flips.`,
    ...(has('orientation') || has('class')
      ? [
          "Supervised: cross-entropy with twelve bins of the object's orientation, or with its ten classes, which do not depend on orientation.",
        ]
      : []),
    ...(has('reconstruction')
      ? [
          'Reconstruction: mean squared error to the pixels, by a linear readout of the same network instead of a decoder; where the network pools over places, as small_resnet does, it gives back a coarse image only.',
        ]
      : []),
    ...(has('contrast')
      ? [
          'Contrast: two crops of each scene, each turned in hue by any angle so that colour does not tell, are to be the most similar pair of the batch (NT-Xent of Chen et al. 2020, temperature 0.5, 64 numbers, no further projection head).',
        ]
      : []),
    ...(has('tilt')
      ? [
          'Tilt: nine bins of ±24°, within a disc on grey. It is the one objective whose images differ: they are turned and cut to a disc, and their prior is blurred. Quarter turns, the usual rotation prediction, cannot be told in these worlds, which have no up and the same prior after every quarter turn.',
        ]
      : []),
    `SGD with Nesterov momentum 0.9, weight decay 5e-4, gradients clipped to a norm of 2, learning rate ${learningRate} after a warm-up over a ` +
      `tenth of ${steps} steps, then along a cosine to zero, batches of ${batchSize}, for all objectives alike; none was tuned, and equal steps are not equal progress.`,
    `D is the sum of squared derivatives of a layer's activations with respect to orientation (eq. 1), exact, of Gabors, averaged over ${phases} phases. ` +
      'R is the mean of √D within ±10° of 0° and 90° over that within ±10° of 45° and 135°. √(R natural / R turned) cancels what architecture and pixels add.',
    `Claims are judged on the mean of logarithms over the deep half of the layers without the readout, and the observed steps from ${100 * judgedFrom} % of the training on, as in the analysis rotated.`,
    seeds.length > 1
      ? `Intervals are Student's with ${100 * confidence} % confidence over ${seeds.length} seeds. The threshold is that of no effect.`
      : 'There is one seed: no intervals, and every claim stays inconclusive.',
    ...(notTrained.length > 0 ? [`Not trained: ${notTrained.join(', ')}.`] : []),
  ];
}
