import type { ReportNetwork } from '@oblique/report';
import type { NeededSteps, Step } from '@oblique/workflow';
import type { FindingsContext } from './analysis.js';
import type { Services } from './services.js';

/** Something that a study measures or makes: steps over the services, and what is read from their results. */
export interface Source<Data> {
  readonly steps: (services: Services) => readonly Step[];
  readonly read: (context: FindingsContext) => Promise<Data>;
  /** The networks that it is about. */
  readonly networks?: (needed: NeededSteps) => readonly ReportNetwork[];
  /** How its numbers are made, a paragraph each. */
  readonly methods?: readonly string[];
}

export type Sources = Readonly<Record<string, Source<unknown>>>;

/** What is read from each source. */
export type DataOf<S extends Sources> = {
  readonly [Name in keyof S]: S[Name] extends Source<infer Data> ? Data : never;
};

/** A source with something else read from its results. */
export function reading<Data, More>(
  source: Source<Data>,
  read: (data: Data, context: FindingsContext) => Promise<More>,
): Source<More> {
  return { ...source, read: async (context) => read(await source.read(context), context) };
}
