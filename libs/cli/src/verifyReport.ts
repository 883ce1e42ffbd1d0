import { defaultHome } from '@oblique/launcher';
import type { NumbersCompared, ReportComparison } from '@oblique/report';
import { UsageError } from '@oblique/service';
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { withOwnServices } from './connection.js';
import { EXIT } from './exitCodes.js';
import { followRun, reportFiles, startRun } from './followRun.js';
import { registerNetworks } from './registerNetworks.js';
import { RunOverview } from './runOverview.js';
import { columns, counted, type Terminal } from './terminal.js';

/** More numbers that differ are counted, not listed. */
const MOST_LISTED = 40;

/**
 * Computes the run of a report again, by services over an empty store, and says what differs; sets the exit code where
 * a verdict does or something is missing. The store stays where it is interrupted, so that it goes on from there.
 * @throws UsageError where the folder holds no report.
 */
export async function verifyReport(
  folder: string,
  networks: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  const { compareReports, readResults, RESULTS_FILE } = await import('@oblique/report');
  const first = await readReport(folder);
  const { analysis, parameters } = readResults(first);
  const identity = createHash('sha256')
    .update(first.get(RESULTS_FILE) ?? '')
    .digest('hex');
  const store = join(defaultHome(), 'verifications', identity.slice(0, 16));
  const second = await withOwnServices(SERVICES_OF_RUNS, store, terminal, async (services) => {
    await registerNetworks(services, networks, terminal, signal);
    const runId = await startRun(services, analysis, parameters, signal);
    const ended = await followRun(services, runId, terminal, signal, new RunOverview(terminal));
    const files = new Map<string, Uint8Array>();
    for await (const [path, bytes] of reportFiles(services, ended, signal)) files.set(path, bytes);
    return files;
  });
  const comparison = compareReports(first, second);
  terminal.result(comparisonText(comparison), comparison);
  if (comparison.verdicts.length + comparison.missing.length > 0) process.exitCode = EXIT.failed;
  await rm(store, { recursive: true, force: true });
}

const SERVICES_OF_RUNS = ['stimulus', 'serving', 'statistics', 'training', 'orchestrator'] as const;

/** The files of a report's folder that hold its numbers. */
async function readReport(folder: string): Promise<Map<string, Uint8Array>> {
  const { readResults, ReportUnreadableError, RESULTS_FILE } = await import('@oblique/report');
  const files = new Map<string, Uint8Array>();
  try {
    files.set(RESULTS_FILE, await readFile(join(folder, RESULTS_FILE)));
    for (const { id } of readResults(files).figures)
      files.set(`figures/${id}.npz`, await readFile(join(folder, 'figures', `${id}.npz`)));
  } catch (cause) {
    if (!(cause instanceof ReportUnreadableError) && !(cause instanceof Error && 'code' in cause))
      throw cause;
    throw new UsageError(`${folder} is not the folder of a whole report: ${cause.message}`, { cause });
  }
  return files;
}

/** What differs, for people. */
export function comparisonText({ missing, added, verdicts, numbers }: ReportComparison): string {
  const total = numbers.reduce((sum, { compared }) => sum + compared, 0);
  const differing = numbers
    .filter(({ different }) => different > 0)
    .sort((a, b) => b.relativeDifference - a.relativeDifference);
  const unequal = differing.reduce((sum, { different }) => sum + different, 0);
  const more = differing.length - MOST_LISTED;
  return [
    `${counted(total, 'number', 'numbers')} compared, ${unequal} of them differ.`,
    ...verdicts.map(
      ({ claim, first, second }) => `The verdict of ${claim} was "${first}" and is "${second}".`,
    ),
    ...missing.map((name) => `${name} is not there any more.`),
    ...added.map((name) => `${name} was not there.`),
    ...(differing.length === 0 ? [] : [columns(HEADER, differing.slice(0, MOST_LISTED).map(rowOf))]),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join('\n');
}

const HEADER = ['where', 'differ', 'of', 'at most by', 'relative to the largest'];

function rowOf({
  name,
  compared,
  different,
  largestDifference,
  relativeDifference,
}: NumbersCompared): string[] {
  return [
    name,
    String(different),
    String(compared),
    largestDifference.toPrecision(3),
    relativeDifference.toPrecision(3),
  ];
}
