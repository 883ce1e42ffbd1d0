import { stimulusV1, type trainingV1 } from '@oblique/contracts';
import type { HueRotatedParameters, RotatedParameters, TrainedParameters } from './trainedParameters.js';
import { HUE, ORIENTATION } from './turnedVariable.js';

/** Size of image in which frequency and sigma of the Gabors are given. */
const REFERENCE_SIZE_PIXELS = 32;

/** The name of the observation with Gabors of a frequency. */
export const gaborName = (frequency: number): string => `gabor-${frequency}`;

/** Gabors of every frequency, covering the same part of images of every size. */
export function gaborObservations(
  parameters: Pick<RotatedParameters, 'protocol' | 'frequencies' | 'sigma' | 'phases' | 'layers' | 'angles'> &
    Partial<Pick<RotatedParameters, 'counterExamples'>>,
  sizePixels: number,
): trainingV1.Observation[] {
  const { protocol, frequencies, counterExamples = [], sigma, phases, layers } = parameters;
  const scale = sizePixels / REFERENCE_SIZE_PIXELS;
  const isText = protocol === 'text';
  return [...frequencies, ...counterExamples].map((frequency) => ({
    name: gaborName(frequency),
    stimulus: {
      family: 'gabor',
      widthPixels: sizePixels,
      heightPixels: sizePixels,
      stretch: isText ? stimulusV1.Stretch.STRETCH_NONE : stimulusV1.Stretch.STRETCH_MINMAX,
      input: isText
        ? stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT
        : stimulusV1.InputEncoding.INPUT_ENCODING_IMAGENET,
      parameters: { frequency: frequency / scale, sigma: sigma * scale },
    },
    variable: ORIENTATION.name,
    grid: [
      { parameter: ORIENTATION.name, values: anglesOf(parameters, ORIENTATION.periodDeg) },
      { parameter: 'phase', values: Array.from({ length: phases }, (_, k) => -180 + (360 * k) / phases) },
    ],
    layers,
  }));
}

/** Uniform colours; saturation and value tile [0.5, 1] as the text has it, or [0.5, 0.9] as the code does. */
export function hueObservations(
  parameters: HueRotatedParameters,
  sizePixels: number,
): trainingV1.Observation[] {
  const { protocol, saturations, layers } = parameters;
  const end = protocol === 'text' ? 1 : 0.9;
  const values = Array.from({ length: saturations }, (_, k) =>
    saturations === 1 ? end : 0.5 + ((end - 0.5) * k) / (saturations - 1),
  );
  return [
    {
      name: 'colours',
      stimulus: {
        family: 'hue',
        widthPixels: sizePixels,
        heightPixels: sizePixels,
        stretch: stimulusV1.Stretch.STRETCH_NONE,
        input: stimulusV1.InputEncoding.INPUT_ENCODING_IMAGENET,
        parameters: {},
      },
      variable: HUE.name,
      grid: [
        { parameter: HUE.name, values: anglesOf(parameters, HUE.periodDeg) },
        { parameter: 'saturation', values },
        { parameter: 'value', values },
      ],
      layers,
    },
  ];
}

/** Angles that tile the circle, its end left out, so that curves can be turned around it. */
export function anglesOf({ angles }: Pick<TrainedParameters, 'angles'>, periodDeg: number): number[] {
  return Array.from({ length: angles }, (_, index) => (periodDeg * index) / angles);
}
