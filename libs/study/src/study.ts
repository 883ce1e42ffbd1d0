import type { Json } from '@oblique/artifacts';
import type { Claim, ReportNetwork } from '@oblique/report';
import { z } from 'zod';
import type { Analysis, Findings, FindingsContext } from './analysis.js';
import type { DeclaredClaim } from './claim.js';
import type { DeclaredFigure } from './figures.js';
import { declareParameters, type Parameters, type ValuesOf, type Wrong } from './parameter.js';
import type { Services } from './services.js';
import type { DataOf, Source, Sources } from './source.js';

/** What may be left out of a list: what cannot be asked with the parameters given. */
type Sometimes<T> = T | false | undefined | readonly Sometimes<T>[];

/** A question, what is measured for it, and what is said and drawn of that; in the order in which it is read. */
export interface StudyDeclaration<P extends Parameters, S extends Sources, Q> {
  /** For command lines and files: lower-case letters, digits and hyphens. */
  readonly name: string;
  /** Heads its part of a report. */
  readonly title: string;
  /** For lists of what can be run. */
  readonly description: string;
  readonly parameters: P;
  /** What each profile sets, in words, without a full stop; the first is the default. */
  readonly profiles: Readonly<Record<string, string>>;
  /** Parameters of the smallest run in which every step, claim and figure comes about: for tests, and to try it. */
  readonly smallest: Readonly<Record<string, Json>>;
  /** Says which parameters cannot be taken together. */
  readonly check?: (p: ValuesOf<P>, wrong: Wrong) => void;
  /** What only the services know, such as whether a network exists. @throws InvalidParametersError */
  readonly checkServices?: (p: ValuesOf<P>, services: Services, signal: AbortSignal) => Promise<void>;
  readonly asks: (p: ValuesOf<P>) => string;
  /** What is measured. */
  readonly data: (p: ValuesOf<P>) => S;
  /** What is computed from it. */
  readonly quantities: (data: DataOf<S>, p: ValuesOf<P>) => Q;
  readonly claims: (q: Q, p: ValuesOf<P>) => readonly Sometimes<DeclaredClaim>[];
  readonly figures: (q: Q, p: ValuesOf<P>) => readonly Sometimes<DeclaredFigure>[];
  /** How the numbers were made, a paragraph each, beside what its data say themselves. */
  readonly methods?: (p: ValuesOf<P>, q: Q) => readonly Sometimes<string>[];
}

/** An analysis that was made from a declaration. */
export interface Study<P extends Parameters, S extends Sources, Q> extends Analysis {
  readonly declaration: StudyDeclaration<P, S, Q>;
  /** What is claimed of data, wherever they are from: a test's have a known answer. */
  readonly claimsOn: (data: DataOf<S>, given: Json) => Claim[];
}

/** An analysis from its declaration. */
export function study<P extends Parameters, S extends Sources, Q>(
  declaration: StudyDeclaration<P, S, Q>,
): Study<P, S, Q> {
  const { name, title, description, smallest } = declaration;
  const parameters = declareParameters(name, declaration.parameters, declaration.profiles);
  const read = (given: Json): ValuesOf<P> =>
    parameters.read(given, (values, wrong) => declaration.check?.(values, wrong));
  return {
    name,
    title,
    description,
    smallest,
    parameters: parameters.list,
    declaration,
    claimsOn: (data, given) => {
      const p = read(given);
      return toldOf(declaration, declaration.quantities(data, p), p).claims;
    },
    prepare: (given) => {
      const p = read(given);
      return {
        parameters: z.record(z.string(), z.json()).parse(p),
        check: async (services, signal) => declaration.checkServices?.(p, services, signal),
        plan: (services) => {
          const data = declaration.data(p);
          return {
            steps: sourcesOf(data).flatMap((source) => source.steps(services)),
            findings: (context) => findingsOf(declaration, p, data, context),
          };
        },
      };
    },
  };
}

async function findingsOf<P extends Parameters, S extends Sources, Q>(
  declaration: StudyDeclaration<P, S, Q>,
  p: ValuesOf<P>,
  data: S,
  context: FindingsContext,
): Promise<Findings> {
  const read = await Promise.all(
    Object.entries(data).map(async ([name, source]) => [name, await source.read(context)] as const),
  );
  context.signal.throwIfAborted();
  // Each name holds what the source of that name reads.
  const q = declaration.quantities(Object.fromEntries(read) as DataOf<S>, p);
  const { seeds, confidence } = repetitions(p);
  const { claims, figures } = toldOf(declaration, q, p);
  const sources = sourcesOf(data);
  return {
    summary: declaration.asks(p),
    seeds: seeds === undefined ? {} : { trainings: seeds },
    networks: distinct(sources.flatMap((source) => source.networks?.(context.needed) ?? [])),
    claims,
    figures: await Promise.all(figures.map((figure) => figure.draw(confidence))),
    methods: [
      ...sources.flatMap(({ methods = [] }) => methods),
      ...present(declaration.methods?.(p, q) ?? []),
      ...(seeds === undefined ? [] : [intervalsInWords(seeds, confidence)]),
    ],
  };
}

function toldOf<P extends Parameters, S extends Sources, Q>(
  declaration: StudyDeclaration<P, S, Q>,
  q: Q,
  p: ValuesOf<P>,
): { readonly claims: Claim[]; readonly figures: DeclaredFigure[] } {
  const figures = present(declaration.figures(q, p));
  const telling = { confidence: repetitions(p).confidence, figures: figures.map(({ id }) => id) };
  return { figures, claims: present(declaration.claims(q, p)).map((claim) => claim(telling)) };
}

const repeated = z.object({
  seeds: z.array(z.number()).optional(),
  confidence: z.number().default(0.95),
});

function repetitions(p: unknown): z.output<typeof repeated> {
  return repeated.parse(p);
}

function intervalsInWords(seeds: readonly number[], confidence: number): string {
  return seeds.length === 1
    ? 'There is one seed: no intervals, and no verdicts on what chance plays a part in.'
    : `Intervals are Student's with ${100 * confidence} % confidence over ${seeds.length} seeds. A claim is supported only where its whole interval meets the threshold.`;
}

function sourcesOf(data: Sources): Source<unknown>[] {
  return Object.values(data);
}

function distinct(networks: readonly ReportNetwork[]): ReportNetwork[] {
  return [...new Map(networks.map((network) => [network.name, network])).values()];
}

function present<T extends object | string>(list: readonly Sometimes<T>[]): T[] {
  return list.flatMap((item): T[] => {
    if (item === undefined || item === false) return [];
    return isList(item) ? present(item) : [item];
  });
}

function isList<T>(item: T | readonly Sometimes<T>[]): item is readonly Sometimes<T>[] {
  return Array.isArray(item);
}
