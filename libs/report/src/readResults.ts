import { z } from 'zod';
import { VERDICTS } from './claim.js';

const resultsSchema = z.object({
  analysis: z.string(),
  parameters: z.record(z.string(), z.json()),
  claims: z.array(
    z.object({
      id: z.string(),
      effect: z.number().nullable(),
      interval: z.object({ low: z.number().nullable(), high: z.number().nullable() }).nullable(),
      verdict: z.enum(VERDICTS),
    }),
  ),
  figures: z.array(z.object({ id: z.string() })),
});

/** What a report's `results.json` says of its run, its claims and its figures. */
export type Results = z.infer<typeof resultsSchema>;
export type ResultsClaim = Results['claims'][number];

export const RESULTS_FILE = 'results.json';

/** The files are no report; the message says why. */
export class ReportUnreadableError extends Error {
  override readonly name = 'ReportUnreadableError';
}

/**
 * Reads `results.json` among the files of a report.
 * @throws ReportUnreadableError
 */
export function readResults(files: ReadonlyMap<string, Uint8Array>): Results {
  const bytes = files.get(RESULTS_FILE);
  if (bytes === undefined)
    throw new ReportUnreadableError(`There is no ${RESULTS_FILE}; a report's folder has one.`);
  try {
    return resultsSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new ReportUnreadableError(`${RESULTS_FILE} is not that of a report: ${why}`, { cause });
  }
}
