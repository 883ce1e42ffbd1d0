/** No angle of the grid lies in one of the windows that are compared. */
export class EmptyWindowError extends Error {
  override readonly name = 'EmptyWindowError';
}

/** Rows of a table that lie near the cardinal orientations, and near the oblique ones. */
export interface CardinalWindows {
  readonly cardinal: readonly number[];
  readonly oblique: readonly number[];
}

const PERIOD_DEG = 180;
/** Lets an angle on a window's edge in, whatever its last bits. */
const ROUNDING_DEG = 1e-9;

/**
 * The angles within ± halfWidthDeg, edges included, of 0° and 90°, and of 45° and 135°; orientation has a period of
 * 180°. An angle that the grid has twice (0° and 180°) counts twice.
 * @throws EmptyWindowError naming the window that has none
 */
export function cardinalWindows(orientationsDeg: ArrayLike<number>, halfWidthDeg: number): CardinalWindows {
  return {
    cardinal: near(orientationsDeg, [0, 90], halfWidthDeg, 'cardinal'),
    oblique: near(orientationsDeg, [45, 135], halfWidthDeg, 'oblique'),
  };
}

function near(
  orientationsDeg: ArrayLike<number>,
  centresDeg: readonly number[],
  halfWidthDeg: number,
  name: string,
): number[] {
  const rows = Array.from(orientationsDeg, (angle, row) => ({ angle, row }))
    .filter(({ angle }) =>
      centresDeg.some((centre) => distance(angle, centre) <= halfWidthDeg + ROUNDING_DEG),
    )
    .map(({ row }) => row);
  if (rows.length === 0) {
    const found =
      Array.from(orientationsDeg).slice(0, 12).join(', ') + (orientationsDeg.length > 12 ? ', …' : '');
    throw new EmptyWindowError(
      `The ${name} window is empty: no angle of the grid lies within ±${halfWidthDeg}° of ${centresDeg.join('° or ')}°. The grid has ${found}; choose a wider window or measure more orientations.`,
    );
  }
  return rows;
}

/** Degrees between two orientations the short way round. */
function distance(a: number, b: number): number {
  const difference = Math.abs(a - b) % PERIOD_DEG;
  return Math.min(difference, PERIOD_DEG - difference);
}
