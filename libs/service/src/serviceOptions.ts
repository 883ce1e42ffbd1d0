/** A setting of a service, read from `--name`, else `OBLIQUE_<SERVICE>_<NAME>`, else `OBLIQUE_<NAME>`. */
export type OptionSpec = StringOption | IntegerOption | ChoiceOption | FlagOption;

interface StringOption {
  readonly type: 'string';
  readonly description: string;
  /** What stands for the value in `--help`, e.g. `HOST:PORT`. */
  readonly placeholder?: string;
  readonly default?: string;
}

interface IntegerOption {
  readonly type: 'integer';
  readonly description: string;
  readonly default?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface ChoiceOption {
  readonly type: 'choice';
  readonly description: string;
  readonly choices: readonly string[];
  readonly default: string;
}

/** Off unless given; in the environment `1` or `true` turn it on. */
interface FlagOption {
  readonly type: 'flag';
  readonly description: string;
}

/** By name in kebab-case, e.g. `stimulus-endpoint`. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<Spec> = Spec extends { type: 'flag' }
  ? boolean
  : Spec extends { type: 'choice'; choices: readonly (infer Choice)[] }
    ? Choice
    : Spec extends { type: 'integer' }
      ? Spec extends { default: number }
        ? number
        : number | undefined
      : Spec extends { default: string }
        ? string
        : string | undefined;

/** The values of declared options, each under its own name: `options['stimulus-endpoint']`. */
export type OptionValues<Specs extends OptionSpecs> = {
  readonly [Name in keyof Specs]: ValueOf<Specs[Name]>;
};

/** The command line or the environment is wrong; the message is meant for the terminal. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
