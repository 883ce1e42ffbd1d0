import type { Json } from '@oblique/artifacts';
import { z } from 'zod';
import { InvalidParametersError, type AnalysisParameter } from './analysis.js';

/** The parameters of a schema whose fields all have a default and a description. */
export function describeParameters(schema: z.ZodObject): AnalysisParameter[] {
  const defaults = z.record(z.string(), z.json()).parse(schema.parse({}));
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    description: descriptionOf(field),
    default: defaults[name] ?? null,
  }));
}

/**
 * Reads parameters by a schema.
 * @throws InvalidParametersError with one violation for each thing that is wrong.
 */
export function readParameters<Output>(
  analysis: string,
  schema: z.ZodType<Output>,
  parameters: Json,
): Output {
  const read = schema.safeParse(parameters);
  if (read.success) return read.data;
  throw new InvalidParametersError(
    analysis,
    read.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ field: key, description: 'there is no such parameter' }))
        : [{ field: fieldOf(issue.path), description: issue.message }],
    ),
  );
}

function descriptionOf(field: unknown): string {
  const description = field instanceof z.ZodType ? field.description : undefined;
  if (description === undefined) throw new Error('Every parameter of an analysis needs a description.');
  return description;
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((field, part) => {
    if (typeof part === 'number') return `${field}[${part}]`;
    return field === '' ? String(part) : `${field}.${String(part)}`;
  }, '');
}
