import type { Json } from '@oblique/artifacts';
import type { Analysis, AnalysisParameter, PreparedAnalysis } from './analysis.js';
import type { Services } from './services.js';

/** One analysis of a run, with the parameters that it is run with. */
export interface RunPart {
  readonly analysis: Analysis;
  readonly prepared: PreparedAnalysis;
}

/** A run whose parameters have been read. */
export interface PreparedRun {
  /** Every parameter with its value, defaults included. */
  readonly parameters: { readonly [name: string]: Json };
  /** What only the services know. @throws InvalidParametersError */
  check(services: Services, signal: AbortSignal): Promise<void>;
  /** In the order in which the report tells of them. */
  readonly parts: readonly RunPart[];
}

/** What can be run by its name: an analysis, or several in one report. */
export interface Runnable {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: readonly AnalysisParameter[];
  /** Parameters of the smallest run in which every step, claim and figure comes about; of an analysis that says them. */
  readonly smallest?: Readonly<Record<string, Json>>;
  /** @throws InvalidParametersError listing everything that is wrong. */
  prepare(parameters: Json): PreparedRun;
}

/** An analysis run by itself. */
export function alone(analysis: Analysis): Runnable {
  const { name, title, description, parameters, smallest } = analysis;
  return {
    name,
    title,
    description,
    parameters,
    ...(smallest !== undefined && { smallest }),
    prepare: (given) => {
      const prepared = analysis.prepare(given);
      return {
        parameters: prepared.parameters,
        check: (services, signal) => prepared.check(services, signal),
        parts: [{ analysis, prepared }],
      };
    },
  };
}
