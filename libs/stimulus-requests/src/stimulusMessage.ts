import { stimulusV1 } from '@oblique/contracts';
import type { ImageSize, InputEncoding, Point, Stretch } from '@oblique/stimuli';

const INPUTS = {
  direct: stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT,
  imagenet: stimulusV1.InputEncoding.INPUT_ENCODING_IMAGENET,
  model: stimulusV1.InputEncoding.INPUT_ENCODING_MODEL,
} as const satisfies Record<InputEncoding, stimulusV1.InputEncoding>;

const STRETCHES = {
  none: stimulusV1.Stretch.STRETCH_NONE,
  minmax: stimulusV1.Stretch.STRETCH_MINMAX,
} as const satisfies Record<Stretch, stimulusV1.Stretch>;

/** A stimulus in an answer: what a request that says everything would have. */
export function stimulusMessage({
  family,
  widthPixels,
  heightPixels,
  stretch,
  input,
  parameters,
}: ImageSize & {
  readonly family: string;
  readonly stretch: Stretch;
  readonly input: InputEncoding;
  readonly parameters: Point;
}): stimulusV1.StimulusSpec {
  return {
    family,
    widthPixels,
    heightPixels,
    stretch: STRETCHES[stretch],
    input: INPUTS[input],
    parameters: { ...parameters },
  };
}
