import { datasetV1 } from '@oblique/contracts';
import type { GratingPrior, LabelNoise } from '@oblique/datasets/gratings';

const { Gratings_Prior: Prior, LabelNoise_Formula: Formula } = datasetV1;

/** The conditions of Fig. 6, and the two controls that the paper lacks. */
export const CONDITION_NAMES = ['uniform', 'b', 'c', 'd-text', 'd-code', 'erasure'] as const;

export type ConditionName = (typeof CONDITION_NAMES)[number];

/** What gratings are drawn from, and how many of their labels are kept. */
export interface Condition {
  readonly name: ConditionName;
  /** For people, e.g. in figures. */
  readonly label: string;
  readonly prior: GratingPrior;
  readonly labelNoise: LabelNoise;
}

/** @param balance `amount` is `a`; `formula` is that of Fig. 6b, whose gratings are uniform. */
export function conditionOf(
  name: ConditionName,
  { amount, formula }: { readonly amount: number; readonly formula: 'text' | 'code' },
): Condition {
  const balancedPrior = 'vertical';
  switch (name) {
    case 'uniform':
      return { name, label: 'control: uniform', prior: 'uniform', labelNoise: { formula: 'none' } };
    case 'b':
      return { name, label: 'b: σ only', prior: 'uniform', labelNoise: { formula, amount, balancedPrior } };
    case 'c':
      return { name, label: 'c: p only', prior: 'vertical', labelNoise: { formula: 'none' } };
    case 'd-text':
      return { name, label: 'd: p and σ (text)', prior: 'vertical', labelNoise: { formula: 'text', amount } };
    case 'd-code':
      return { name, label: 'd: p and σ (code)', prior: 'vertical', labelNoise: { formula: 'code', amount } };
    case 'erasure':
      return { name, label: 'control: p and erasure', prior: 'vertical', labelNoise: { formula: 'erasure' } };
  }
}

const PRIORS = { uniform: Prior.PRIOR_UNIFORM, vertical: Prior.PRIOR_VERTICAL } as const;
const FORMULAS = {
  none: Formula.FORMULA_UNSPECIFIED,
  text: Formula.FORMULA_TEXT,
  code: Formula.FORMULA_CODE,
  erasure: Formula.FORMULA_ERASURE,
} as const;

/** The condition's gratings as the training service takes them. */
export function gratingsOf({ prior, labelNoise }: Condition, bins: number): datasetV1.Gratings {
  const { formula, amount = 0, balancedPrior } = labelNoise;
  return {
    prior: PRIORS[prior],
    bins,
    labelNoise: {
      formula: FORMULAS[formula],
      amount,
      balancedPrior: balancedPrior === undefined ? Prior.PRIOR_UNSPECIFIED : PRIORS[balancedPrior],
    },
  };
}
