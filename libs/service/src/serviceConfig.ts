import { parseFlags, resolveOptions } from './readOptions.js';
import type { OptionSpecs, OptionValues } from './serviceOptions.js';
import type { ServiceDefinition } from './serviceDefinition.js';

/** Where a service keeps artifacts unless it is told otherwise: below the working folder. */
export const DEFAULT_STORE = '.oblique/store';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** The options that every service has. */
export function commonOptions(defaultPort: number) {
  return {
    host: {
      type: 'string',
      placeholder: 'ADDRESS',
      description: 'Address to listen on; 0.0.0.0 for every interface.',
      default: '127.0.0.1',
    },
    port: {
      type: 'integer',
      description: 'Port to listen on; 0 for any free one.',
      minimum: 0,
      maximum: 65_535,
      default: defaultPort,
    },
    store: {
      type: 'string',
      placeholder: 'LOCATION',
      description: 'Artifact store that all services share: a folder, or s3://bucket/prefix.',
      default: DEFAULT_STORE,
    },
    'data-roots': {
      type: 'string',
      placeholder: 'FOLDERS',
      description:
        'Folders and s3:// locations, by commas, whose images are read for callers on other machines; none unless given.',
    },
    'allowed-hosts': {
      type: 'string',
      placeholder: 'HOSTS',
      description:
        'Hosts, by commas, from which images are fetched for callers on other machines; *.example.org, or * for any public one. Private addresses must be listed themselves.',
    },
    'log-level': {
      type: 'choice',
      choices: LOG_LEVELS,
      description: 'Least severe log lines written, as JSON on stderr.',
      default: 'info',
    },
    'drain-seconds': {
      type: 'integer',
      description: 'How long calls may go on after SIGTERM before they are cancelled.',
      minimum: 0,
      maximum: 3600,
      default: 10,
    },
    'exit-with-parent': {
      type: 'flag',
      description: 'Stop when stdin closes, as it does when the process that started this one dies.',
    },
  } as const satisfies OptionSpecs;
}

export interface ServiceConfig<Specs extends OptionSpecs> {
  readonly common: OptionValues<ReturnType<typeof commonOptions>>;
  readonly options: OptionValues<Specs>;
}

/** @throws UsageError for an unknown flag or a value that its option does not take. */
export function readConfig<Specs extends OptionSpecs>(
  definition: ServiceDefinition<Specs>,
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): ServiceConfig<Specs> {
  const common = commonOptions(definition.defaultPort);
  const flags = parseFlags({ ...common, ...definition.options }, argv);
  return {
    common: resolveOptions(definition.name, common, flags, environment),
    options: resolveOptions(definition.name, definition.options, flags, environment),
  };
}
