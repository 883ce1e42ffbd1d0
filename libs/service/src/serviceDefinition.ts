import type { ArtifactStore } from '@oblique/artifacts';
import type { Logger } from 'pino';

import type { Implementation } from './implement.js';
import type { Reason } from './reasons.js';
import type { OptionSpecs, OptionValues } from './serviceOptions.js';

/** What a service is given to build its handlers from. */
export interface ServiceContext<Specs extends OptionSpecs> {
  readonly name: string;
  /** The store that all services share. */
  readonly store: ArtifactStore;
  readonly options: OptionValues<Specs>;
  readonly log: Logger;
  /** Aborted as soon as the service begins to stop: end watches and background work then. */
  readonly stopping: AbortSignal;
  /** Registers what must be closed when the service stops, after its calls have ended; the last is closed first. */
  onClose(close: () => Promise<void> | void): void;
  /**
   * Says what else decides the bits of what the service computes, such as its executor with version, device and threads;
   * it becomes part of the service's revision.
   */
  computesWith(...what: readonly string[]): void;
}

/** An error class of a library, and the reason with which calls fail that throw it. */
export type ErrorMapping = readonly [
  errorClass: abstract new (...parameters: never) => Error,
  reason: Reason,
];

/** Everything that makes one service different from another. */
export interface ServiceDefinition<Specs extends OptionSpecs = OptionSpecs> {
  /** One word, e.g. "stimulus": names its environment variables and its log lines. */
  readonly name: string;
  /** First lines of `--help`. */
  readonly description: string;
  readonly defaultPort: number;
  /** Of what it computes: raised when the same request would give other numbers, so that none are taken that were kept. */
  readonly version: string;
  /** Options beside those of every service. */
  readonly options?: Specs;
  /** How errors of the libraries it calls reach clients. Those of libs/artifacts are mapped already. */
  readonly errors?: readonly ErrorMapping[];
  /** Builds the handlers; what it throws keeps the service from starting. */
  register(context: ServiceContext<Specs>): Promise<readonly Implementation[]>;
}

/** Declares a service, with the types of its options inferred. */
export function defineService<const Specs extends OptionSpecs = Readonly<Record<string, never>>>(
  definition: ServiceDefinition<Specs>,
): ServiceDefinition<Specs> {
  return definition;
}
