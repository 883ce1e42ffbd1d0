import type { Draw } from './draw.js';
import type { FuzzedServices } from './fuzzedServices.js';
import type { Outcome } from './rawCalls.js';

/** What went wrong in a case, and what was sent. */
export interface Finding {
  readonly what: string;
  /** The input, to be kept beside the report. */
  readonly input: Uint8Array;
  readonly fileName: string;
}

/** One of the four kinds of input. */
export interface FuzzKind {
  readonly name: string;
  /** Makes what its cases need. */
  prepare(services: FuzzedServices): Promise<PreparedKind>;
}

export interface PreparedKind {
  /** Runs one case; gives what went wrong, undefined where nothing did. */
  run(draw: Draw): Promise<Finding | undefined>;
  close(): Promise<void>;
}

/** The outcome in a line. */
export function described(path: string, { error, hung }: Outcome): string {
  const how = hung ? 'did not answer' : (error?.reason ?? 'ended well');
  return `${path} ${how}${error === undefined ? '' : `: ${error.message.slice(0, 400)}`}`;
}
