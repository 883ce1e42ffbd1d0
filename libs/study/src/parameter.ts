import type { Json } from '@oblique/artifacts';
import { z } from 'zod';
import type { AnalysisParameter, ParameterViolation } from './analysis.js';
import { InvalidParametersError } from './analysis.js';
import { describeParameters, readParameters } from './declaredParameters.js';

/** One parameter of a study: what it may be, what it means, and what it is where it is not given. */
export interface Parameter<T = unknown> {
  readonly schema: z.ZodType<T>;
  readonly description: string;
  /** For every profile, or by profile, where it may follow from other parameters that have one value. */
  readonly value: Json | ByProfile;
}

type ByProfile = Readonly<Record<string, Json | ((given: Readonly<Record<string, unknown>>) => Json)>>;

export type Parameters = Readonly<Record<string, Parameter>>;

/** The parameters of a study as its declaration reads them. */
export type ValuesOf<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T : never;
} & { readonly profile: string };

/** Declares a parameter. An object as its value is one value for each profile. */
export function param<T>(schema: z.ZodType<T>, description: string, value: Json | ByProfile): Parameter<T> {
  return { schema, description, value };
}

/** A whole number within bounds. */
export function count(minimum: number, maximum = 1_000_000): z.ZodInt {
  return z.int().min(minimum).max(maximum);
}

/** A list in which each value counts once; `least` different ones at least, from the lowest on where `sorted`. */
export function several<T extends number | string>(
  item: z.ZodType<T>,
  { least = 1, sorted = false }: { readonly least?: number; readonly sorted?: boolean } = {},
): z.ZodType<T[]> {
  return z
    .array(item)
    .transform((values) => {
      const distinct = [...new Set(values)];
      return sorted ? distinct.sort((a, b) => Number(a) - Number(b)) : distinct;
    })
    .refine((values) => values.length >= least, `give at least ${least} different ones`);
}

/** Seeds, each one repetition more. */
export function seeds(description: string, value: Json | ByProfile, least = 1): Parameter<number[]> {
  return param(several(count(0, Number.MAX_SAFE_INTEGER), { least }), description, value);
}

/** How much of their uncertainty intervals hold; every study that has seeds has it. */
export const confidence = param(z.number().min(0.5).max(0.999), 'Confidence of all intervals.', 0.95);

/** What people are told and may set. */
export interface DeclaredParameters<P extends Parameters> {
  readonly list: readonly AnalysisParameter[];
  /** @throws InvalidParametersError naming everything that is wrong */
  read(given: Json, check: (values: ValuesOf<P>, wrong: Wrong) => void): ValuesOf<P>;
}

/** Says that a parameter cannot be taken with the others. */
export type Wrong = (field: string, description: string) => void;

/** @param profiles what each sets, in words; the first is the default */
export function declareParameters<P extends Parameters>(
  study: string,
  parameters: P,
  profiles: Readonly<Record<string, string>>,
): DeclaredParameters<P> {
  const names = Object.keys(profiles);
  const [first] = names;
  if (first === undefined) throw new Error(`The study "${study}" has no profile.`);
  for (const [name, { value }] of Object.entries(parameters)) {
    const lacking = isByProfile(value) ? names.filter((profile) => !(profile in value)) : [];
    if (lacking.length > 0)
      throw new Error(
        `The parameter "${name}" of "${study}" has no value for the profile ${lacking.join(', ')}.`,
      );
  }
  const schema = z.strictObject({
    profile: z.enum(names).default(first).describe(profilesInWords(profiles)),
    ...Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, fieldOf(parameter)])),
  });
  return {
    list: describeParameters(schema),
    read: (given, check) => {
      const read: Readonly<Record<string, unknown>> = readParameters(study, schema, given);
      const filled = Object.fromEntries(
        Object.entries(parameters).map(([name, { schema: own, value }]) => [
          name,
          isByProfile(value) && read[name] === null ? own.parse(valueOf(value, read)) : read[name],
        ]),
      );
      // Each value was read by the schema that its type is of.
      const values = { profile: read['profile'], ...filled } as ValuesOf<P>;
      const violations: ParameterViolation[] = [];
      check(values, (field, description) => violations.push({ field, description }));
      if (violations.length > 0) throw new InvalidParametersError(study, violations);
      return values;
    },
  };
}

function fieldOf({ schema, description, value }: Parameter): z.ZodType {
  const field = isByProfile(value) ? schema.nullable().default(null) : schema.default(schema.parse(value));
  return field.describe(description);
}

function valueOf(value: ByProfile, read: Readonly<Record<string, unknown>>): Json {
  const chosen = value[String(read['profile'])];
  if (chosen === undefined) throw new Error('A profile was read that does not exist.');
  return typeof chosen === 'function' ? chosen(read) : chosen;
}

function isByProfile(value: Parameter['value']): value is ByProfile {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function profilesInWords(profiles: Readonly<Record<string, string>>): string {
  const list = Object.entries(profiles).map(([name, words]) => `${name}: ${words}.`);
  return `Sets what is left at null. ${list.join(' ')}`;
}
