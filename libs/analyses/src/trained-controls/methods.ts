import { FREQUENCIES } from './judgement.js';
import { shiftPeriodDeg } from './shifts.js';
import type { TrainedParameters } from './trainedParameters.js';
import type { TurnedVariable } from './turnedVariable.js';

/** How the numbers were made, a paragraph each. */
export function methodsOf(parameters: TrainedParameters, variable: TurnedVariable): string[] {
  const {
    protocol,
    dataset,
    turnedBy,
    concentration,
    batchSize,
    learningRate,
    seeds,
    judgedFrom,
    confidence,
  } = parameters;
  const frequencies = FREQUENCIES[dataset === 'scenes' ? 'scenes' : 'photographs'];
  const isScenes = dataset === 'scenes';
  return [
    ...(isScenes
      ? [
          `The images are synthetic: procedural scenes whose prior over ${variable.name} has peaks at ${variable.common} (concentration ${concentration}). ` +
            (turnedBy === 'prior'
              ? 'Worlds differ in where the peaks are and in nothing else: no image is resampled.'
              : 'Worlds are made by turning every image.'),
        ]
      : [
          protocol === 'text'
            ? 'Every image is turned before it is cropped, within a disc on grey, with crops of the official aspect (3/4 to 4/3). Tilts and the turn of the world are one resampling. For the class alone the upright world is not interpolated and the turned ones are.'
            : "As in the authors' script, every image is turned after a square crop (aspect 1); where the task does not tilt images, corners are black, which itself tells a turned world.",
        ]),
    `For each seed all worlds start from the same weights${isScenes ? ' and the seed makes the scenes too' : ''}, so that differences between worlds are paired. The untrained twin is step 0 of the same training.`,
    parameters.profile === 'paper'
      ? `SGD with momentum 0.9, weight decay 1e-4, learning rate ${learningRate} divided by ten twice, batches of ${batchSize}.`
      : `SGD with Nesterov momentum 0.9, weight decay 5e-4, gradients clipped to a norm of 2, learning rate ${learningRate} after a warm-up over a tenth of the steps, then along a cosine to zero; batches of ${batchSize}. Batch normalisation uses running statistics when sensitivity is measured.`,
    `D is the sum of squared derivatives of a layer's activations with respect to ${variable.name} (eq. 1), exact, averaged over ${variable.name === 'orientation' ? 'phases' : 'saturations and values'}. ${protocol === 'text' ? 'Curves show D over its mean.' : 'Curves show √D over its sum.'} Angles tile the circle without its end, under both protocols, so that curves can be turned.`,
    `R is the mean of √D within ±${variable.halfWidthDeg}° of ${variable.commonDeg.join('° and ')}° over that within ±${variable.halfWidthDeg}° of ${variable.rareDeg.join('° and ')}°. √(R original / R turned) keeps what the world does and cancels what architecture and pixels add; √(R original · R turned) keeps that instead.`,
    `Claims are judged on the mean of logarithms over the blocks between stem and readout, the judged stimuli, and the observed steps from ${100 * judgedFrom} % of the training on. What is judged was chosen on the seeds 0 to 9 and written down before networks of other seeds were trained.`,
    ...(variable.name === 'orientation' ? [frequencies.reason] : []),
    `A task counts as learned where the interval of the accuracy on images kept out lies above guessing and, where the twin problem about the other variable is known, the accuracy is at least half of its. What was not learned says nothing about sensitivity. Shifts are found modulo ${shiftPeriodDeg(parameters, variable)}°${isScenes ? ', the period of the scenes’ prior' : ''}.`,
    seeds.length > 1
      ? `Intervals are Student's with ${100 * confidence} % confidence over n = ${seeds.length} seeds (of shifts, by jackknife). With so few seeds they are wide, and honest.`
      : 'There is one seed (n = 1): no intervals, and every claim stays inconclusive.',
    'A task that does not need the variable (the class) is judged by the same claims: where they fail, turning the world did not turn what that network learned.',
  ];
}
