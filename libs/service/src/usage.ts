import { variablesOf } from './readOptions.js';
import type { OptionSpec, OptionSpecs } from './serviceOptions.js';

/** The text of `--help`. */
export function usageOf(service: string, description: string, specs: OptionSpecs): string {
  const rows = Object.entries(specs).map(([name, spec]) => ({
    left: `--${name}${placeholderOf(spec)}`,
    right: spec.description + defaultOf(spec),
  }));
  rows.push({ left: '--help', right: 'Print this.' });
  const width = Math.max(...rows.map(({ left }) => left.length));
  const [specific, general] = variablesOf(service, 'store');
  return [
    description,
    '',
    'Options:',
    ...rows.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`),
    '',
    'Each option can be set in the environment too, under its name in capitals with OBLIQUE_ before it:',
    `--store as ${general}, or for this service alone as ${specific}. A flag wins.`,
  ].join('\n');
}

function defaultOf(spec: OptionSpec): string {
  return spec.type === 'flag' || spec.default === undefined ? '' : ` (default: ${spec.default})`;
}

function placeholderOf(spec: OptionSpec): string {
  switch (spec.type) {
    case 'flag':
      return '';
    case 'integer':
      return ' N';
    case 'choice':
      return ` ${spec.choices.join('|')}`;
    case 'string':
      return ` ${spec.placeholder ?? 'TEXT'}`;
  }
}
