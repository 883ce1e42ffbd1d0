import { ServiceError } from '@oblique/service';

/** A finite number above `least`. @throws ServiceError VALUE_OUT_OF_RANGE */
export function above(least: number, value: number, field: string): number {
  return within(value > least && Number.isFinite(value), value, field, `a finite number above ${least}`);
}

/** A finite number from `least` on. @throws ServiceError VALUE_OUT_OF_RANGE */
export function atLeast(least: number, value: number, field: string): number {
  return within(value >= least && Number.isFinite(value), value, field, `a finite number from ${least} on`);
}

/** A share: from 0 to just below 1. @throws ServiceError VALUE_OUT_OF_RANGE */
export function belowOne(value: number, field: string): number {
  return within(value >= 0 && value < 1, value, field, 'a number from 0 to below 1');
}

function within(holds: boolean, value: number, field: string, allowed: string): number {
  if (holds) return value;
  throw new ServiceError(
    'VALUE_OUT_OF_RANGE',
    `${field} = ${value} is not possible; it must be ${allowed}.`,
    {
      field,
    },
  );
}
