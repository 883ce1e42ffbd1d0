import type { Interval, Verdict } from '@oblique/report';

/** What a quantity must be for a claim to hold: words, and how an interval is judged by them. */
export interface Criterion {
  readonly words: string;
  /** By the whole interval, as it is told. */
  judge(interval: Pick<Interval, 'low' | 'high'>): Verdict;
}

/** Whether it lies above a threshold. @param why of the threshold, behind it */
export function above(threshold: number, why = ''): Criterion {
  return {
    words: explained(`above ${threshold}`, why),
    judge: ({ low, high }) => decided(low > threshold, high < threshold),
  };
}

/** Whether it lies below a threshold. */
export function below(threshold: number, why = ''): Criterion {
  return {
    words: explained(`below ${threshold}`, why),
    judge: ({ low, high }) => decided(high < threshold, low > threshold),
  };
}

/** Whether it lies within a tolerance of a value. */
export function within(value: number, tolerance: number, why = ''): Criterion {
  return between(value - tolerance, value + tolerance, explained(`${value} ± ${tolerance}`, why));
}

/** Whether a ratio lies within a factor of 1. */
export function equalsOne(tolerance: number, why = ''): Criterion {
  const words = `between ${(1 / tolerance).toFixed(2)} and ${tolerance}`;
  return between(1 / tolerance, tolerance, explained(words, why));
}

/** A criterion that must hold at every place of the axes that are left: one counterexample refutes it. */
export interface Everywhere {
  readonly everywhere: Criterion;
  readonly words: string;
}

export function everywhere(criterion: Criterion, words: string): Everywhere {
  return { everywhere: criterion, words: `${criterion.words} ${words}` };
}

function between(lowest: number, highest: number, words: string): Criterion {
  return {
    words,
    judge: ({ low, high }) => decided(low > lowest && high < highest, high < lowest || low > highest),
  };
}

function decided(holds: boolean, fails: boolean): Verdict {
  if (holds) return 'supported';
  return fails ? 'not supported' : 'inconclusive';
}

function explained(words: string, why: string): string {
  return why === '' ? words : `${words}${/^[,:;]/u.test(why) ? '' : ', '}${why}`;
}
