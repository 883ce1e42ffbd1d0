import type { ArtifactStore, Json } from '@oblique/artifacts';
import type { ReportSection } from '@oblique/report';
import type { NeededSteps, Step } from '@oblique/workflow';
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

/** What a plan's findings are read from. */
export interface FindingsContext {
  /** All steps of the plan. */
  readonly needed: NeededSteps;
  readonly store: ArtifactStore;
  readonly signal: AbortSignal;
}

/** What an analysis says in a report; its name, title and parameters are known without it. */
export type Findings = Omit<ReportSection, 'name' | 'title' | 'parameters'>;

/** The steps of an analysis, and what is read from their results. */
export interface Plan {
  readonly steps: readonly Step[];
  readonly findings: (context: FindingsContext) => Promise<Findings>;
}

/** An analysis whose parameters have been read: it can be checked against the services, and planned. */
export interface PreparedAnalysis {
  /** Every parameter with its value, defaults included. */
  readonly parameters: { readonly [name: string]: Json };
  /** What only the services know, e.g. whether a network exists. @throws InvalidParametersError */
  check(services: Services, signal: AbortSignal): Promise<void>;
  plan(services: Services): Plan;
}

/** A question to networks, declared: parameters in, steps and findings out. */
export interface Analysis {
  readonly name: string;
  /** Heads its part of a report. */
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly AnalysisParameter[];
  /** Parameters of the smallest run in which every step, claim and figure comes about. */
  readonly smallest?: Readonly<Record<string, Json>>;
  /** @throws InvalidParametersError listing everything that is wrong. */
  prepare(parameters: Json): PreparedAnalysis;
}
