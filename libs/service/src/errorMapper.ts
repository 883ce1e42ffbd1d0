import {
  ArtifactCorruptError,
  ArtifactNotFoundError,
  RecordCorruptError,
  RecordKeyError,
  S3LocationError,
  StoreFullError,
  StoreUnavailableError,
} from '@oblique/artifacts';

import type { ErrorMapping } from './serviceDefinition.js';
import { ServiceError } from './serviceError.js';

const ARTIFACT_ERRORS: readonly ErrorMapping[] = [
  [ArtifactNotFoundError, 'ARTIFACT_NOT_FOUND'],
  [ArtifactCorruptError, 'ARTIFACT_CORRUPT'],
  [RecordCorruptError, 'ARTIFACT_CORRUPT'],
  [RecordKeyError, 'INVALID_ARGUMENT'],
  [S3LocationError, 'INVALID_ARGUMENT'],
  [StoreFullError, 'STORE_FULL'],
  [StoreUnavailableError, 'STORE_UNAVAILABLE'],
];

/**
 * Maps errors of libraries by their class, and everything else as ServiceError.from does. Where an error says by
 * `retryAfterMs` when a repetition makes sense, that is passed on.
 */
export function errorMapper(mappings: readonly ErrorMapping[]): (error: unknown) => ServiceError {
  const all = [...mappings, ...ARTIFACT_ERRORS];
  return (error) => {
    const mapping = all.find(([errorClass]) => error instanceof errorClass);
    if (mapping === undefined || !(error instanceof Error)) return ServiceError.from(error);
    const retryAfterMs: unknown = Reflect.get(error, 'retryAfterMs');
    return new ServiceError(mapping[1], error.message, {
      cause: error,
      ...(typeof retryAfterMs === 'number' && { retryAfterMs }),
    });
  };
}
