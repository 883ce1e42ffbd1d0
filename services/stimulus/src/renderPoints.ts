import type { stimulusV1 } from '@oblique/contracts';
import { checkStretchable, GridTooLargeError, sizedPoint, type Point } from '@oblique/stimuli';
import { readGrid, refusing } from '@oblique/stimulus-requests';
import type { DrawnStimulus } from './drawnStimulus.js';

/** Most images that one call renders: so many are still looked at. */
const MAXIMUM_POINTS = 1024;

/** Most bytes that the arrays of one call may have, images and derivatives together. */
const MAXIMUM_BYTES = 256 * 2 ** 20;

/**
 * The points of a rendering, checked: nothing has been computed when this throws.
 * @throws ServiceError naming the axis, the value and what is allowed
 */
export function renderPoints(
  stimulus: DrawnStimulus,
  grid: readonly stimulusV1.GridAxis[],
  withDerivatives: boolean,
): readonly Point[] {
  const { family, widthPixels, heightPixels, stretch } = stimulus;
  const varied = grid.map(({ parameter }) => parameter);
  const parameters = {
    ...sizedPoint(family, stimulus.parameters, stimulus, varied),
    ...stimulus.parameters,
  };
  const { points: lazy } = readGrid({ ...stimulus, parameters }, grid, MAXIMUM_POINTS);
  const points = Array.from({ length: lazy.count }, (_, index) => lazy.at(index));
  const bytes = points.length * widthPixels * heightPixels * 3 * 4 * (withDerivatives ? 2 : 1);
  refusing('grid', () => {
    if (bytes > MAXIMUM_BYTES) {
      const what = withDerivatives ? 'images and their derivatives' : 'images';
      throw new GridTooLargeError(
        'points',
        `${points.length} ${what} of ${widthPixels} × ${heightPixels} pixels take ${toMebibytes(bytes)} MiB; one call renders at most ${toMebibytes(MAXIMUM_BYTES)} MiB. Ask for fewer points or smaller images.`,
      );
    }
    for (const point of points) checkStretchable(family, stretch, point);
  });
  return points;
}

const toMebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20);
