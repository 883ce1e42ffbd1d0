import type { Json } from '@oblique/artifacts';
import type { Step } from '@oblique/workflow';
import type { Services } from './services.js';

/** A parameter of an analysis as people read it. */
export interface AnalysisParameter {
  readonly name: string;
  readonly description: string;
  readonly default: Json;
}

/** One parameter that is wrong. */
export interface ParameterViolation {
  /** e.g. "seeds[1]". */
  readonly field: string;
  readonly description: string;
}

/** Parameters that an analysis does not take; found before anything runs. */
export class InvalidParametersError extends Error {
  override readonly name = 'InvalidParametersError';

  constructor(
    analysis: string,
    readonly violations: readonly ParameterViolation[],
  ) {
    const list = violations.map(({ field, description }) => `${field}: ${description}`).join('; ');
    super(`The analysis "${analysis}" cannot be run with these parameters. ${list}`);
  }
}

/** The run that a plan is made for. */
export interface RunContext {
  readonly id: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** The steps of an analysis; the one called `reportStep` gives the report's files (see `readReportFiles`). */
export interface Plan {
  readonly steps: readonly Step[];
  readonly reportStep: string;
}

/** An analysis whose parameters have been read: it can be checked against the services, and planned. */
export interface PreparedAnalysis {
  /** Every parameter with its value, defaults included. */
  readonly parameters: { readonly [name: string]: Json };
  /** What only the services know, e.g. whether a network exists. @throws InvalidParametersError */
  check(services: Services, signal: AbortSignal): Promise<void>;
  plan(services: Services, run: RunContext): Plan;
}

/** A question to networks, declared: parameters in, steps out. */
export interface Analysis {
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly AnalysisParameter[];
  /** @throws InvalidParametersError listing everything that is wrong. */
  prepare(parameters: Json): PreparedAnalysis;
}
