import type { statisticsV1 } from '@oblique/contracts';
import { seedFrom } from '@oblique/random';
import { ServiceError } from '@oblique/service';
import { DEFAULT_RESAMPLING, type Resampling } from '@oblique/statistics';

const MOST_RESAMPLES = 1_000_000;

/**
 * How a request wants its interval made; 0 stands for the default.
 * @throws ServiceError VALUE_OUT_OF_RANGE
 */
export function readResampling(message: statisticsV1.Resampling | undefined, path: string): Resampling {
  const resamples = message?.resamples || DEFAULT_RESAMPLING.resamples;
  if (resamples > MOST_RESAMPLES) {
    throw new ServiceError(
      'VALUE_OUT_OF_RANGE',
      `${resamples} resamples are too many; ${MOST_RESAMPLES} are allowed.`,
      {
        field: `${path}resampling.resamples`,
      },
    );
  }
  const requested = message?.confidence ?? 0;
  const confidence = requested === 0 ? DEFAULT_RESAMPLING.confidence : requested;
  if (!(confidence > 0 && confidence < 1)) {
    throw new ServiceError(
      'VALUE_OUT_OF_RANGE',
      `A confidence of ${confidence} is none: it must lie between 0 and 1, e.g. 0.95.`,
      { field: `${path}resampling.confidence` },
    );
  }
  return {
    resamples,
    confidence,
    seed: message === undefined ? DEFAULT_RESAMPLING.seed : seedFrom(message.seed),
  };
}
