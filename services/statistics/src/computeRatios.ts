import { setImmediate } from 'node:timers/promises';
import type { ArtifactStore } from '@oblique/artifacts';
import { statisticsV1 } from '@oblique/contracts';
import { ServiceError, type CallContext } from '@oblique/service';
import {
  cardinalObliqueRatio,
  type Measurement,
  type Quantity,
  type ResampledRatios,
} from '@oblique/statistics';
import { readMeasurement } from './readMeasurement.js';
import { readResampling } from './readResampling.js';
import { refusing } from './refusing.js';

const DEFAULT_HALF_WIDTH_DEG = 10;
/** Wider windows would overlap: cardinals and obliques are 45° apart. */
const LARGEST_HALF_WIDTH_DEG = 22.5;

const QUANTITIES = new Map<statisticsV1.Quantity, Quantity>([
  [statisticsV1.Quantity.QUANTITY_UNSPECIFIED, 'rootD'],
  [statisticsV1.Quantity.QUANTITY_ROOT_D, 'rootD'],
  [statisticsV1.Quantity.QUANTITY_D, 'D'],
]);

/**
 * The ratios that a request asks for, letting other calls in between, and given up with its call.
 * @param path what stands before the names of the request's fields: empty, or "ratio."
 * @throws ServiceError naming the field, the value and what is allowed
 */
export async function computeRatios(
  store: ArtifactStore,
  request: statisticsV1.CardinalObliqueRatioRequest,
  path: string,
  { signal }: CallContext,
): Promise<ResampledRatios> {
  const options = {
    axis: request.axis || 'orientation',
    halfWidthDeg: readHalfWidth(request.halfWidthDeg, path),
    quantity: readQuantity(request.quantity, path),
    resampling: readResampling(request.resampling, path),
  };
  if (request.measurements.length === 0) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      'There are no measurements to take a ratio of; give at least one.',
      {
        field: `${path}measurements`,
      },
    );
  }
  const measurements: Measurement[] = [];
  for (const [index, { sensitivity: message, network }] of request.measurements.entries()) {
    signal.throwIfAborted();
    const field = `${path}measurements[${index}].sensitivity`;
    const { sensitivity } = await readMeasurement(store, message, field);
    measurements.push({ sensitivity, network });
  }
  return await refusing(path, () =>
    cardinalObliqueRatio(measurements, options, async () => {
      await setImmediate();
      signal.throwIfAborted();
    }),
  );
}

function readHalfWidth(requested: number, path: string): number {
  const halfWidthDeg = requested === 0 ? DEFAULT_HALF_WIDTH_DEG : requested;
  if (!(halfWidthDeg > 0 && halfWidthDeg <= LARGEST_HALF_WIDTH_DEG)) {
    throw new ServiceError(
      'VALUE_OUT_OF_RANGE',
      `A window's half-width of ${halfWidthDeg}° is not possible: it must be over 0 and at most ${LARGEST_HALF_WIDTH_DEG}°, where windows meet.`,
      { field: `${path}half_width_deg` },
    );
  }
  return halfWidthDeg;
}

function readQuantity(requested: statisticsV1.Quantity, path: string): Quantity {
  const quantity = QUANTITIES.get(requested);
  if (!quantity) {
    throw new ServiceError(
      'INVALID_ARGUMENT',
      `There is no quantity ${requested}; use D (1) or the root of D (2).`,
      {
        field: `${path}quantity`,
      },
    );
  }
  return quantity;
}
