import { stimulusV1 } from '@oblique/contracts';
import type { OrientationParameters } from './orientationParameters.js';
import { PROTOCOLS } from './protocols.js';

/** Size of image in which frequency and sigma are given. */
export const REFERENCE_SIZE_PIXELS = 224;

/** Orientations and phases of the pictures in the report. */
export const SHOWN_ORIENTATIONS_DEG = [0, 45, 90, 135];
export const SHOWN_PHASES_DEG = [0];

/** A Gabor's parameters in pixels of a 224 pixel image. */
export interface GaborShape {
  readonly frequency: number;
  readonly sigma: number;
  readonly contrast: number;
}

const INPUTS = {
  direct: stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT,
  imagenet: stimulusV1.InputEncoding.INPUT_ENCODING_IMAGENET,
  model: stimulusV1.InputEncoding.INPUT_ENCODING_MODEL,
} as const;

/** The stimulus for images of this size, the Gabor covering the same part of them at every size. */
export function gaborSpec(
  parameters: OrientationParameters,
  { frequency, sigma, contrast }: GaborShape,
  sizePixels: number,
): stimulusV1.StimulusSpec {
  const scale = sizePixels / REFERENCE_SIZE_PIXELS;
  return {
    family: 'gabor',
    widthPixels: sizePixels,
    heightPixels: sizePixels,
    stretch: PROTOCOLS[parameters.protocol].stretch,
    input: INPUTS[parameters.input],
    parameters: { frequency: frequency / scale, sigma: sigma * scale, contrast },
  };
}

/** The grid over which D is measured. */
export function gaborAxes({ protocol, orientations, phases }: OrientationParameters): stimulusV1.GridAxis[] {
  return [
    { parameter: 'orientation', values: PROTOCOLS[protocol].angles(orientations) },
    { parameter: 'phase', values: PROTOCOLS[protocol].phases(phases) },
  ];
}

export function mainGabor({ frequency, sigma, contrast }: OrientationParameters): GaborShape {
  return { frequency, sigma, contrast };
}

/** Every Gabor of SI Fig. 3: contrast slowest, then sigma, then frequency. */
export function gaborGrid({
  gridFrequencies,
  gridSigmas,
  gridContrasts,
}: OrientationParameters): GaborShape[] {
  return gridContrasts.flatMap((contrast) =>
    gridSigmas.flatMap((sigma) => gridFrequencies.map((frequency) => ({ frequency, sigma, contrast }))),
  );
}
