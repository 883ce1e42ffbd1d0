import { parseArgs } from 'node:util';

import { UsageError, type OptionSpec, type OptionSpecs, type OptionValues } from './serviceOptions.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Value = string | number | boolean | undefined;

/** What the command line gave, by option. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>;

/**
 * Splits a command line into the options that are declared.
 *
 * @throws UsageError for an unknown flag, a flag without its value, or words that belong to no flag.
 */
export function parseFlags(specs: OptionSpecs, argv: readonly string[]): Flags {
  try {
    const options = Object.fromEntries(
      Object.entries(specs).map(([name, { type }]) => [
        name,
        { type: type === 'flag' ? 'boolean' : 'string' } as const,
      ]),
    );
    return parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/**
 * The value of every declared option: from its flag, else from the environment, else its default.
 *
 * @throws UsageError for a value that its option does not take.
 */
export function resolveOptions<Specs extends OptionSpecs>(
  service: string,
  specs: Specs | undefined,
  flags: Flags,
  environment: Environment,
): OptionValues<Specs> {
  const entries = Object.entries<OptionSpec>(specs ?? {}).map(([name, spec]) => [
    name,
    resolveOption(service, name, spec, flags[name], environment),
  ]);
  // One entry a spec, each of the type that its spec demands: what OptionValues says, key by key.
  return Object.fromEntries(entries) as OptionValues<Specs>;
}

/** The environment variables that set an option, the more specific first. */
export function variablesOf(service: string, option: string): [specific: string, general: string] {
  const upper = (text: string): string => text.toUpperCase().replaceAll('-', '_');
  return [`OBLIQUE_${upper(service)}_${upper(option)}`, `OBLIQUE_${upper(option)}`];
}

function resolveOption(
  service: string,
  name: string,
  spec: OptionSpec,
  flag: string | boolean | undefined,
  environment: Environment,
): Value {
  if (flag !== undefined) return readValue(`--${name}`, spec, flag);
  for (const variable of variablesOf(service, name)) {
    const text = environment[variable];
    // An empty variable counts as unset. Kubernetes sets OBLIQUE_STIMULUS_PORT=tcp://… for a Service of the name
    // oblique-stimulus; that is not for us.
    if (text === undefined || text === '' || text.startsWith('tcp://')) continue;
    return readValue(variable, spec, spec.type === 'flag' ? isOn(variable, text) : text);
  }
  return spec.type === 'flag' ? false : spec.default;
}

function readValue(source: string, spec: OptionSpec, given: string | boolean): Value {
  if (typeof given === 'boolean' || spec.type === 'flag') return given;
  switch (spec.type) {
    case 'string':
      if (given === '') throw new UsageError(`${source} is empty; it needs a value.`);
      return given;
    case 'choice':
      if (!spec.choices.includes(given)) {
        throw new UsageError(`${source} is "${given}"; it must be one of ${spec.choices.join(', ')}.`);
      }
      return given;
    case 'integer': {
      const value = /^-?\d+$/.test(given) ? Number(given) : Number.NaN;
      const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = spec;
      if (!(value >= minimum && value <= maximum)) {
        throw new UsageError(
          `${source} is "${given}"; it must be a whole number from ${minimum} to ${maximum}.`,
        );
      }
      return value;
    }
  }
}

function isOn(variable: string, text: string): boolean {
  if (text === '1' || text === 'true') return true;
  if (text === '0' || text === 'false') return false;
  throw new UsageError(`${variable} is "${text}"; it must be 1, true, 0 or false.`);
}
