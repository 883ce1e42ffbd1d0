import type { stimulusV1 } from '@oblique/contracts';
import { checkImageSize, type ImageSize } from '@oblique/stimuli';
import { readStimulus, refusing, type RequestedStimulus } from '@oblique/stimulus-requests';

/** A stimulus as a request specifies it, checked, with its size. */
export type DrawnStimulus = RequestedStimulus & ImageSize;

/**
 * The stimulus out of a request to compile or render it. Without a network there is no size to fall back on.
 * @throws ServiceError naming the field, the value and what is allowed
 */
export function readDrawnStimulus(message: stimulusV1.StimulusSpec | undefined): DrawnStimulus {
  const stimulus = readStimulus(message);
  const size = { widthPixels: stimulus.widthPixels ?? 0, heightPixels: stimulus.heightPixels ?? 0 };
  refusing('stimulus', () => {
    checkImageSize(size);
  });
  return { ...stimulus, ...size };
}
