import {
  densityRange,
  describeGratingPrior,
  priorDensity,
  type GratingPrior,
  type NamedGratingPrior,
} from './gratingPrior.js';

/**
 * With which probability σ(θ) an example keeps its label; one without teaches nothing. In all formulas p is the density
 * per radian of the balanced prior.
 * - `none`: σ = 1.
 * - `text`: H(σ) = 1 − a/p, so that p times the information 1 − H is the same everywhere (H: binary entropy in bits).
 * - `code`: H(σ) = b (1 − a/p) with b = 1.3, as in the authors' notebook. This balances nothing.
 * - `erasure`: σ = (smallest p)/p: the same number of labels everywhere.
 */
export interface LabelNoise {
  readonly formula: 'none' | 'text' | 'code' | 'erasure';
  /** `a` of `text` and `code`, per radian; default 0.15, as in the notebook. */
  readonly amount?: number | undefined;
  /** The prior whose information is balanced; default: the one that orientations are drawn from. */
  readonly balancedPrior?: NamedGratingPrior | undefined;
}

/** The label noise cannot be had; the message says what is allowed. */
export class LabelNoiseError extends RangeError {
  override readonly name = 'LabelNoiseError';
}

export const DEFAULT_AMOUNT = 0.15;

const CODE_FACTOR = 1.3;

/** Smallest and largest `a` for which the entropy lies in [0, 1] at every orientation. */
export function amountRange(
  formula: 'text' | 'code',
  prior: GratingPrior,
): { readonly smallest: number; readonly largest: number } {
  const { smallest, largest } = densityRange(prior);
  return { smallest: formula === 'text' ? 0 : largest * (1 - 1 / CODE_FACTOR), largest: smallest };
}

/** @throws LabelNoiseError where `amount` lies outside {@link amountRange}, or is given to a formula without it. */
export function checkLabelNoise(noise: LabelNoise, prior: GratingPrior): void {
  const { formula, amount, balancedPrior = prior } = noise;
  if (formula === 'none' || formula === 'erasure') {
    if (amount === undefined) return;
    throw new LabelNoiseError(`The label noise "${formula}" has no amount a; leave out a = ${amount}.`);
  }
  const { smallest, largest } = amountRange(formula, balancedPrior);
  const given = amount ?? DEFAULT_AMOUNT;
  if (given >= smallest && given <= largest) return;
  throw new LabelNoiseError(
    `a = ${given} is not possible for the label noise "${formula}" with the ${describeGratingPrior(balancedPrior)} prior: its entropy would ` +
      `leave [0, 1] somewhere. Choose a from ${smallest.toFixed(6)} to ${largest.toFixed(6)} per radian.`,
  );
}

/**
 * σ at an orientation drawn from `prior`.
 * @throws LabelNoiseError as {@link checkLabelNoise} does
 */
export function labelRate(noise: LabelNoise, prior: GratingPrior, orientationRad: number): number {
  checkLabelNoise(noise, prior);
  const { formula, amount = DEFAULT_AMOUNT, balancedPrior = prior } = noise;
  const density = priorDensity(balancedPrior, orientationRad);
  switch (formula) {
    case 'none':
      return 1;
    case 'text':
      return inverseBinaryEntropy(1 - amount / density);
    case 'code':
      return inverseBinaryEntropy(CODE_FACTOR * (1 - amount / density));
    case 'erasure':
      return densityRange(balancedPrior).smallest / density;
  }
}

/** The probability in [1/2, 1] with this binary entropy, which is held within [0, 1] bits. */
export function inverseBinaryEntropy(bits: number): number {
  let low = 0.5;
  let high = 1;
  for (let middle = 0.75; middle > low && middle < high; middle = (low + high) / 2) {
    if (binaryEntropy(middle) > bits) low = middle;
    else high = middle;
  }
  return high;
}

/** Entropy of a coin that shows heads with this probability, in bits. */
export function binaryEntropy(probability: number): number {
  return [probability, 1 - probability].reduce((sum, p) => (p === 0 ? sum : sum - p * Math.log2(p)), 0);
}
