import type { LabelNoise, NamedGratingPrior } from '@oblique/datasets/gratings';

/** The conditions of Fig. 6, and the controls that the paper lacks. */
export const CONDITION_NAMES = ['uniform', 'b', 'c', 'd-text', 'd-code', 'erasure', 'uniform-half'] as const;

export type ConditionName = (typeof CONDITION_NAMES)[number];

/** What gratings are drawn from, and how many of their labels are kept. */
export interface Condition {
  readonly name: ConditionName;
  /** For people, e.g. in figures. */
  readonly label: string;
  readonly prior: NamedGratingPrior;
  /** Of (1 + steepness · cos 2(θ − 90°)) / π in place of `prior`; `vertical` has one half, `uniform` none. */
  readonly steepness?: number;
  readonly labelNoise: LabelNoise;
  /** Factor on the learning rate. */
  readonly rateFactor: number;
}

/** @param noise `amount` is `a`; `formula` is that of Fig. 6b, whose gratings are uniform. */
export function conditionOf(
  name: ConditionName,
  { amount, formula }: { readonly amount: number; readonly formula: 'text' | 'code' },
): Condition {
  const none = { formula: 'none' } as const;
  const common = { name, rateFactor: 1 };
  switch (name) {
    case 'uniform':
      return { ...common, label: 'control: uniform', prior: 'uniform', labelNoise: none };
    case 'b':
      return {
        ...common,
        label: 'b: σ only',
        prior: 'uniform',
        labelNoise: { formula, amount, balancedPrior: 'vertical' },
      };
    case 'c':
      return { ...common, label: 'c: p only', prior: 'vertical', labelNoise: none };
    case 'd-text':
      return {
        ...common,
        label: 'd: p and σ (text)',
        prior: 'vertical',
        labelNoise: { formula: 'text', amount },
      };
    case 'd-code':
      return {
        ...common,
        label: 'd: p and σ (code)',
        prior: 'vertical',
        labelNoise: { formula: 'code', amount },
      };
    case 'erasure':
      return {
        ...common,
        label: 'control: p and erasure',
        prior: 'vertical',
        labelNoise: { formula: 'erasure' },
      };
    // p σ under erasure is half the uniform density: the same expected steps.
    case 'uniform-half':
      return {
        name,
        rateFactor: 0.5,
        label: "uniform, half rate: erasure's twin",
        prior: 'uniform',
        labelNoise: none,
      };
  }
}
