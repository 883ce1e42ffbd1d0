import { binaryEntropy, labelRate, priorDensity, type LabelNoise } from '@oblique/datasets/gratings';
import { stepCurves, type Claim, type Figure } from '@oblique/report';

const PRIOR = 'vertical';
const RARE_DEG = 0;
const FREQUENT_DEG = 90;
const ORIENTATIONS_DEG = Array.from({ length: 61 }, (_, index) => 3 * index);
/** A quantity is balanced where its largest value over orientations is at most this much above its smallest. */
const BALANCED = 0.01;

const FORMULAS = ['none', 'text', 'code', 'erasure'] as const satisfies readonly LabelNoise['formula'][];
type Formula = (typeof FORMULAS)[number];
const FORMULA_WORDS: Readonly<Record<Formula, string>> = {
  none: 'none',
  text: 'text: 1 − a/p',
  code: 'code: 1.3 (1 − a/p)',
  erasure: 'erasure: min p / p',
};

/** What a label noise makes of the gratings' prior, over orientation. */
interface Balance {
  readonly formula: Formula;
  /** Share of labels kept. */
  readonly rate: readonly number[];
  /** p (1 − H(σ)), bits per radian: information as the text counts it. */
  readonly information: readonly number[];
  /** p σ per radian: labels that teach, which is what the expected gradient weighs orientations by. */
  readonly labels: readonly number[];
}

/** E.6: which label noise balances what, in closed form. */
export async function balancedInformation(): Promise<{ claims: Claim[]; figures: Figure[] }> {
  const balances = FORMULAS.map(balanceOf);
  return {
    claims: [
      informationClaim('E.6-text', "The text's label noise", balances, 'text'),
      informationClaim('E.6-code', "The code's label noise", balances, 'code'),
      preferenceClaim(balances),
      erasureClaim(balances),
    ],
    figures: [await balanceFigure(balances)],
  };
}

function balanceOf(formula: Formula): Balance {
  const radians = ORIENTATIONS_DEG.map((degrees) => (degrees * Math.PI) / 180);
  const density = radians.map((angle) => priorDensity(PRIOR, angle));
  const rate = radians.map((angle) => labelRate({ formula }, PRIOR, angle));
  return {
    formula,
    rate,
    information: density.map((p, index) => p * (1 - binaryEntropy(rate[index] ?? NaN))),
    labels: density.map((p, index) => p * (rate[index] ?? NaN)),
  };
}

function informationClaim(
  id: string,
  subject: string,
  balances: readonly Balance[],
  formula: Formula,
): Claim {
  const { information } = found(balances, formula);
  return computed({
    id,
    sentence: `${subject} gives every orientation the same information p (1 − H).`,
    statistic: 'Largest p (1 − H) over its smallest, over orientations',
    threshold: `below ${1 + BALANCED}`,
    effect: spread(information),
    holds: spread(information) < 1 + BALANCED,
    explanation: `At 0° and 90°: ${at(information, RARE_DEG).toFixed(4)} and ${at(information, FREQUENT_DEG).toFixed(4)} bits per radian.`,
  });
}

function preferenceClaim(balances: readonly Balance[]): Claim {
  const ratios = FORMULAS.map((formula) => preference(found(balances, formula)));
  const entropic = Math.min(
    ...(['text', 'code'] as const).map((formula) => preference(found(balances, formula))),
  );
  return computed({
    id: 'E.6-preference',
    sentence:
      'By either formula frequent orientations still have more labels, so that Fig. 6d follows from counting labels alone.',
    statistic: 'p σ at 90° over that at 0°, the smaller of both formulas',
    threshold: 'above 1',
    effect: entropic,
    holds: entropic > 1,
    explanation: `${FORMULAS.map((formula, index) => `${FORMULA_WORDS[formula]}: ${ratios[index]?.toFixed(2) ?? ''}`).join('; ')}. A dropped label gives no gradient, so the expected gradient weighs orientations by p σ.`,
  });
}

function erasureClaim(balances: readonly Balance[]): Claim {
  const { labels } = found(balances, 'erasure');
  return computed({
    id: 'E.6-erasure',
    sentence:
      'Where noise erases labels, σ = min p / p balances them, and the expected gradient is that of uniform gratings.',
    statistic: 'Largest p σ over its smallest, over orientations',
    threshold: `below ${1 + BALANCED}`,
    effect: spread(labels),
    holds: spread(labels) < 1 + BALANCED,
    explanation:
      'A kept label of an erasure carries all its bits, so that its information is counted by σ and not by 1 − H; trained networks then have no preference left (control-erasure of the analysis label-noise).',
  });
}

function computed({
  holds,
  explanation,
  ...claim
}: Omit<Claim, 'interval' | 'verdict'> & { readonly holds: boolean }): Claim {
  return {
    ...claim,
    interval: null,
    verdict: holds ? 'supported' : 'not supported',
    explanation: `${explanation} Computed, without chance.`,
    figures: ['errata-label-noise'],
  };
}

function balanceFigure(balances: readonly Balance[]): Promise<Figure> {
  const panel = (name: string, of: (balance: Balance) => readonly number[]) => ({
    name,
    lines: balances.map((balance) => ({ name: FORMULA_WORDS[balance.formula], values: of(balance) })),
  });
  return stepCurves({
    id: 'errata-label-noise',
    title: 'E.6: what label noise balances',
    caption:
      'Closed forms for p = (2 − cos 2θ)/(2π) and a = 0.15. Text and code set the entropy H(σ) of a label, erasure its probability σ to be kept. Only the formula of the text makes p (1 − H) flat, only erasure makes the number of labels flat.',
    axis: { name: 'orientation', title: 'orientation (degrees)', values: ORIENTATIONS_DEG },
    value: { name: 'value', title: 'see above each panel', shared: false },
    colours: 'categorical',
    legendTitle: 'label noise',
    panels: [
      panel('labels kept, σ', ({ rate }) => rate),
      panel('information, p (1 − H) in bits/rad', ({ information }) => information),
      panel('labels, p σ per rad', ({ labels }) => labels),
    ],
  });
}

function found(balances: readonly Balance[], formula: Formula): Balance {
  const balance = balances.find((each) => each.formula === formula);
  if (balance === undefined) throw new Error(`The label noise "${formula}" was not computed.`);
  return balance;
}

function preference({ labels }: Balance): number {
  return at(labels, FREQUENT_DEG) / at(labels, RARE_DEG);
}

function at(values: readonly number[], degrees: number): number {
  return values[ORIENTATIONS_DEG.indexOf(degrees)] ?? NaN;
}

function spread(values: readonly number[]): number {
  return Math.max(...values) / Math.min(...values);
}
