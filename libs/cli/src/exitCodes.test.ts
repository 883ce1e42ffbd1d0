import { LaunchError } from '@oblique/launcher';
import { ServiceError, UsageError, type Reason } from '@oblique/service';
import { expect, it } from 'vitest';
import { EXIT, exitCodeOf, OutputExistsError, ServicesRunError } from './exitCodes.js';

it.each<[Reason, keyof typeof EXIT]>([
  ['INVALID_ARGUMENT', 'usage'],
  ['UNKNOWN_LAYER', 'usage'],
  ['VALUE_OUT_OF_RANGE', 'usage'],
  ['GRID_TOO_LARGE', 'usage'],
  ['MALFORMED_MODEL', 'usage'],
  ['UNSUPPORTED_OPERATOR', 'usage'],
  ['UNKNOWN_MODEL', 'notFound'],
  ['UNKNOWN_RUN', 'notFound'],
  ['ARTIFACT_NOT_FOUND', 'notFound'],
  ['MODEL_EXISTS', 'exists'],
  ['UNAVAILABLE', 'unavailable'],
  ['CANCELLED', 'interrupted'],
  ['STORE_FULL', 'failed'],
  ['OUT_OF_MEMORY', 'failed'],
  ['INTERNAL', 'failed'],
  ['DEADLINE_EXCEEDED', 'failed'],
])('%s ends as "%s"', (reason, exit) => {
  expect(exitCodeOf(new ServiceError(reason, 'x'))).toBe(EXIT[exit]);
});

it('tells what the command itself refuses from what fails', () => {
  expect(exitCodeOf(new UsageError('x'))).toBe(EXIT.usage);
  expect(exitCodeOf(new OutputExistsError('D.npz'))).toBe(EXIT.exists);
  expect(exitCodeOf(new ServicesRunError('x'))).toBe(EXIT.exists);
  expect(exitCodeOf(new LaunchError('x'))).toBe(EXIT.unavailable);
  expect(exitCodeOf(new Error('x'))).toBe(EXIT.failed);
  expect(exitCodeOf('x')).toBe(EXIT.failed);
});

it('has a code of its own for every outcome', () => {
  const codes = Object.values(EXIT);
  expect(new Set(codes).size).toBe(codes.length);
});
