import { readNpz, toNumbers } from '@oblique/arrays';
import type { Verdict } from './claim.js';
import { readResults, type ResultsClaim } from './readResults.js';

/** The files of a report by path, as `buildReport` gives them. */
export type ReportFiles = ReadonlyMap<string, Uint8Array>;

/** Numbers that stand in both reports under one name. */
export interface NumbersCompared {
  /** e.g. `fig5c: learned`, `C5c.1: effect`. */
  readonly name: string;
  readonly compared: number;
  readonly different: number;
  /** Infinite where a number stands against none, or the shapes differ. */
  readonly largestDifference: number;
  /** The largest difference over the largest magnitude of the first report's numbers. */
  readonly relativeDifference: number;
}

/** What a report says otherwise than another one. */
export interface ReportComparison {
  /** Claims, figures and arrays of the first report that the second lacks, and the other way round. */
  readonly missing: readonly string[];
  readonly added: readonly string[];
  readonly verdicts: readonly { readonly claim: string; readonly first: Verdict; readonly second: Verdict }[];
  readonly numbers: readonly NumbersCompared[];
}

/**
 * Compares every verdict, effect, interval and array of two reports. How long things took and when is no part of it.
 * @throws ReportUnreadableError
 */
export function compareReports(first: ReportFiles, second: ReportFiles): ReportComparison {
  const [a, b] = [claimsOf(first), claimsOf(second)];
  const [numbersA, numbersB] = [numbersOf(first, a), numbersOf(second, b)];
  const verdicts = [...a].flatMap(([id, { verdict }]) => {
    const now = b.get(id)?.verdict;
    return now === undefined || now === verdict ? [] : [{ claim: id, first: verdict, second: now }];
  });
  const numbers = [...numbersA].flatMap(([name, values]) => {
    const others = numbersB.get(name);
    return others === undefined ? [] : [compareNumbers(name, values, others)];
  });
  return {
    missing: [...numbersA.keys()].filter((name) => !numbersB.has(name)),
    added: [...numbersB.keys()].filter((name) => !numbersA.has(name)),
    verdicts,
    numbers,
  };
}

function claimsOf(files: ReportFiles): Map<string, ResultsClaim> {
  return new Map(readResults(files).claims.map((claim) => [claim.id, claim]));
}

function numbersOf(
  files: ReportFiles,
  claims: ReadonlyMap<string, ResultsClaim>,
): Map<string, readonly number[]> {
  const numbers = new Map<string, readonly number[]>();
  for (const [id, { effect, interval }] of claims) {
    numbers.set(`${id}: effect`, [effect ?? NaN]);
    numbers.set(`${id}: interval`, [interval?.low ?? NaN, interval?.high ?? NaN]);
  }
  for (const { id } of readResults(files).figures) {
    const npz = files.get(`figures/${id}.npz`);
    if (npz === undefined) continue;
    for (const [name, array] of readNpz(npz)) numbers.set(`${id}: ${name}`, [...toNumbers(array)]);
  }
  return numbers;
}

function compareNumbers(name: string, first: readonly number[], second: readonly number[]): NumbersCompared {
  const compared = Math.max(first.length, second.length);
  if (first.length !== second.length)
    return {
      name,
      compared,
      different: compared,
      largestDifference: Infinity,
      relativeDifference: Infinity,
    };
  let [different, largest, magnitude] = [0, 0, 0];
  first.forEach((value, index) => {
    const other = second[index] ?? NaN;
    if (Number.isFinite(value)) magnitude = Math.max(magnitude, Math.abs(value));
    if (Object.is(value, other) || value === other) return;
    different += 1;
    const difference = Math.abs(value - other);
    largest = Math.max(largest, Number.isNaN(difference) ? Infinity : difference);
  });
  return {
    name,
    compared,
    different,
    largestDifference: largest,
    relativeDifference: largest === 0 ? 0 : largest / magnitude,
  };
}
