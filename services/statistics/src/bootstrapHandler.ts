import { setImmediate } from 'node:timers/promises';
import { statisticsV1 } from '@oblique/contracts';
import { ServiceError, unary, type UnaryHandler } from '@oblique/service';
import { bootstrap } from '@oblique/statistics';
import { readResampling } from './readResampling.js';

const STATISTICS = new Map<statisticsV1.Statistic, 'mean' | 'median'>([
  [statisticsV1.Statistic.STATISTIC_UNSPECIFIED, 'mean'],
  [statisticsV1.Statistic.STATISTIC_MEAN, 'mean'],
  [statisticsV1.Statistic.STATISTIC_MEDIAN, 'median'],
]);

/** Bootstrap: mean or median of plain numbers, with its interval over groups and their values. */
export function bootstrapHandler(): UnaryHandler<
  statisticsV1.BootstrapRequest,
  statisticsV1.BootstrapResponse
> {
  return unary(async (request, { signal }) => {
    const statistic = STATISTICS.get(request.statistic);
    if (!statistic) {
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `There is no statistic ${request.statistic}; use mean (1) or median (2).`,
        {
          field: 'statistic',
        },
      );
    }
    const groups = readGroups(request.groups);
    return await bootstrap(groups, statistic, readResampling(request.resampling, ''), async () => {
      await setImmediate();
      signal.throwIfAborted();
    });
  });
}

function readGroups(groups: readonly statisticsV1.BootstrapRequest_Group[]): number[][] {
  if (groups.length === 0) {
    throw new ServiceError('INVALID_ARGUMENT', 'There are no groups; give at least one.', {
      field: 'groups',
    });
  }
  return groups.map(({ values }, index) => {
    const field = `groups[${index}].values`;
    if (values.length === 0) {
      throw new ServiceError('INVALID_ARGUMENT', `${field} is empty; every group needs at least one value.`, {
        field,
      });
    }
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) {
      throw new ServiceError(
        'VALUE_OUT_OF_RANGE',
        `${field}[${wrong}] is ${values[wrong]}; values must be finite.`,
        {
          field: `${field}[${wrong}]`,
        },
      );
    }
    return values;
  });
}
