import type { Digest } from './artifact.js';

/** The store has no artifact of this digest. */
export class ArtifactNotFoundError extends Error {
  override readonly name = 'ArtifactNotFoundError';

  constructor(
    readonly digest: Digest,
    readonly location: string,
  ) {
    super(`There is no artifact ${digest} in ${location}.`);
  }
}

/** What the store holds under this digest is not what was put there. */
export class ArtifactCorruptError extends Error {
  override readonly name = 'ArtifactCorruptError';

  constructor(
    readonly digest: Digest,
    readonly location: string,
    finding: string,
    options?: ErrorOptions,
  ) {
    super(
      `The artifact ${digest} in ${location} is damaged: ${finding}. Computing it again puts it right.`,
      options,
    );
  }
}

/** A record's text cannot be read. */
export class RecordCorruptError extends Error {
  override readonly name = 'RecordCorruptError';

  constructor(
    readonly collection: string,
    readonly key: string,
    readonly location: string,
    options?: ErrorOptions,
  ) {
    super(
      `The record "${key}" of "${collection}" in ${location} is no JSON; delete it or write it anew.`,
      options,
    );
  }
}

/** Text that cannot be the key of a record: empty, ill-formed, or too long once it is escaped. */
export class RecordKeyError extends RangeError {
  override readonly name = 'RecordKeyError';
}

/** A location, or the environment that says how to reach it, is none. */
export class S3LocationError extends TypeError {
  override readonly name = 'S3LocationError';
}

/** No room is left (ENOSPC, EDQUOT, or the S3 server's words for it). Nothing half-written is left behind. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';

  constructor(
    readonly location: string,
    options?: ErrorOptions,
  ) {
    super(`There is no room left in ${location}; free some space there and try again.`, options);
  }
}

/** The store does not answer, or refuses these credentials. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';

  constructor(
    readonly location: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`The store ${location} cannot be used: ${reason}.`, options);
  }
}
