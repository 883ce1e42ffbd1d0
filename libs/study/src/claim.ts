import type { Claim, Interval, Verdict } from '@oblique/report';
import type { Criterion, Everywhere } from './criterion.js';
import { axesWithoutSeed, estimates, SEED, type Estimate } from './overSeeds.js';
import type { Quantity } from './quantity.js';
import { allHold, verdictInWords } from './verdicts.js';

/** What a claim says beside its sentence, quantity and criterion. */
export interface ClaimOptions {
  /** What follows from the numbers, or why they are looked at, in a sentence. */
  readonly remark?: string;
  /** Ids of the figures that show it; all of the study where left out. */
  readonly figures?: readonly string[];
  /** The interval of a quantity that comes with one instead of with seeds, and how it was made. */
  readonly interval?: Interval & { readonly words: string };
  /** Where less than this was learned, that there is no difference says nothing. */
  readonly learned?: { readonly least: number; readonly needed: number; readonly words: string };
}

/** What is asked of the whole study when its claims are told. */
export interface Telling {
  readonly confidence: number;
  /** Ids of all its figures. */
  readonly figures: readonly string[];
}

/** A claim that is told once it is known how confident intervals are to be. */
export type DeclaredClaim = (telling: Telling) => Claim;

/**
 * A sentence that is true where a quantity meets a criterion. Over seeds the whole of Student's interval must meet it;
 * with one seed, or where one seed could not be measured, there is no verdict. A number that has no seeds and no
 * interval, such as a theorem's, is judged itself.
 */
export function claim(
  id: string,
  sentence: string,
  quantity: Quantity,
  criterion: Criterion | Everywhere,
  options: ClaimOptions = {},
): DeclaredClaim {
  return ({ confidence, figures }) => {
    const found =
      'everywhere' in criterion
        ? judgedEverywhere(quantity, criterion.everywhere, confidence)
        : judgedOnce(id, quantity, criterion, confidence, options.interval);
    const judged = whereLearned(found, options.learned);
    return {
      id,
      sentence,
      statistic: quantity.about.words,
      threshold: criterion.words,
      effect: judged.effect,
      interval: judged.interval,
      verdict: judged.verdict,
      explanation: [judged.because, options.remark].filter(Boolean).join(' '),
      figures: options.figures ?? figures,
      provenance: quantity.provenance,
    };
  };
}

interface Judged extends Pick<Claim, 'effect' | 'interval' | 'verdict'> {
  readonly because: string;
}

function judgedOnce(
  id: string,
  quantity: Quantity,
  criterion: Criterion,
  confidence: number,
  given: ClaimOptions['interval'],
): Judged {
  const left = axesWithoutSeed(quantity).map(({ name }) => name);
  if (left.length > 0) {
    throw new RangeError(
      `Claim ${id} is about one number, but ${quantity.about.name} has the axes ${left.join(', ')}: say where, or everywhere.`,
    );
  }
  if (quantity.has(SEED)) {
    const [estimate] = estimates(quantity, confidence);
    return estimate === undefined ? nothing('Nothing was measured.') : overTheSeeds(estimate, criterion);
  }
  const effect = quantity.told(quantity.number);
  if (!Number.isFinite(effect)) return nothing('It could not be measured.');
  if (given === undefined) {
    const verdict = criterion.judge({ low: effect, high: effect });
    return { effect, interval: null, verdict, because: 'The number itself is judged.' };
  }
  const { words, ...interval } = given;
  const verdict = criterion.judge(interval);
  return { effect, interval, verdict, because: `${verdictInWords(verdict)} ${words}` };
}

/** The one meaning of "no interval": nothing is said where a seed is missing, or where there is one only. */
function overTheSeeds({ effect, interval, seeds, unmeasured }: Estimate, criterion: Criterion): Judged {
  if (unmeasured > 0)
    return nothing(`It could not be measured in ${unmeasured} of ${seeds} seeds: too little was learned.`);
  if (!Number.isFinite(interval.low)) {
    return { ...nothing('One seed has no interval: give more seeds.'), effect };
  }
  const verdict = criterion.judge(interval);
  return {
    effect,
    interval,
    verdict,
    because: `${verdictInWords(verdict)} The interval is Student's over ${seeds} seeds.`,
  };
}

/** The place whose interval reaches farthest against the claim is told. */
function judgedEverywhere(quantity: Quantity, criterion: Criterion, confidence: number): Judged {
  const all = estimates(quantity, confidence);
  const judged = all.map((estimate) => ({ estimate, ...overTheSeeds(estimate, criterion) }));
  const [first, ...others] = judged;
  if (first === undefined) return nothing('Nothing was measured.');
  const least = others.reduce(
    (low, one) => ((one.interval?.low ?? NaN) < (low.interval?.low ?? NaN) ? one : low),
    first,
  );
  const holding = judged.filter(({ verdict }) => verdict === 'supported').length;
  const where = Object.entries(least.estimate.place)
    .map(([name, coordinate]) => `${name} ${coordinate}`)
    .join(', ');
  return {
    effect: least.effect,
    interval: least.interval,
    verdict: allHold(judged.map(({ verdict }) => verdict)),
    because: `It holds at ${holding} of ${judged.length} places; told is the one whose interval reaches lowest, ${where}.`,
  };
}

function whereLearned(judged: Judged, learned: ClaimOptions['learned']): Judged {
  if (learned === undefined) return judged;
  const { least, needed, words } = learned;
  const said = `${words} is ${least.toPrecision(3)} in the seed that learned least`;
  return least < needed
    ? { ...judged, verdict: 'not learned', because: `${said}, below the ${needed} that count as learned.` }
    : { ...judged, because: `${judged.because} ${said}.` };
}

function nothing(because: string): Judged {
  const verdict: Verdict = 'inconclusive';
  return { effect: null, interval: null, verdict, because };
}
