import { stimulusV1 } from '@oblique/contracts';
import { UsageError } from '@oblique/service';

/** Reads `--stretch`. @throws UsageError */
export function readStretch(text: string): stimulusV1.Stretch {
  if (text === 'none') return stimulusV1.Stretch.STRETCH_NONE;
  if (text === 'minmax') return stimulusV1.Stretch.STRETCH_MINMAX;
  throw new UsageError(`--stretch ${text} is unknown; give none or minmax.`);
}

/** Reads `--input`; left out, the family's default. @throws UsageError */
export function readInput(text: string | undefined): stimulusV1.InputEncoding {
  if (text === undefined) return stimulusV1.InputEncoding.INPUT_ENCODING_UNSPECIFIED;
  if (text === 'direct') return stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT;
  if (text === 'imagenet') return stimulusV1.InputEncoding.INPUT_ENCODING_IMAGENET;
  if (text === 'model') return stimulusV1.InputEncoding.INPUT_ENCODING_MODEL;
  throw new UsageError(`--input ${text} is unknown; give direct, imagenet or model.`);
}
