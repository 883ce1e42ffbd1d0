import { LaunchError } from '@oblique/launcher';
import { ServiceError, UsageError } from '@oblique/service';
import { status } from '@grpc/grpc-js';

/** What the exit code of `oblique` says. */
export const EXIT = {
  ok: 0,
  /** Something failed that is nobody's input: a full disk, a fault in Oblique. */
  failed: 1,
  /** The command line, or what it asks for, is wrong. */
  usage: 2,
  /** What was named does not exist. */
  notFound: 3,
  /** No service answers, or none can be started. */
  unavailable: 4,
  /** A file, a name or a run is in the way. */
  exists: 5,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

/** A file that would be overwritten. */
export class OutputExistsError extends Error {
  override readonly name = 'OutputExistsError';

  constructor(path: string) {
    super(`${path} exists; choose another name, or add --force to overwrite it.`);
  }
}

/** Services run already where they were to be started. */
export class ServicesRunError extends Error {
  override readonly name = 'ServicesRunError';
}

/** The exit code that an error ends the command with. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof OutputExistsError || error instanceof ServicesRunError) return EXIT.exists;
  if (error instanceof LaunchError) return EXIT.unavailable;
  if (error instanceof UsageError) return EXIT.usage;
  if (!(error instanceof ServiceError)) return EXIT.failed;
  switch (error.status) {
    case status.INVALID_ARGUMENT:
    case status.FAILED_PRECONDITION:
    case status.PERMISSION_DENIED:
      return EXIT.usage;
    case status.NOT_FOUND:
      return EXIT.notFound;
    case status.ALREADY_EXISTS:
      return EXIT.exists;
    case status.UNAVAILABLE:
      return EXIT.unavailable;
    case status.CANCELLED:
      return EXIT.interrupted;
    default:
      return EXIT.failed;
  }
}
