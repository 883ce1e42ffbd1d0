import { powerLawFit, type PowerLawFit } from '@oblique/statistics';

/** The law is fitted from the tenth component on, and not to the last part, which white noise and the window's edge bend. */
const FIRST = 10;
const FITTED_SHARE = 0.5;

/** A power law of variance over index (from 1), with the index up to which it was fitted. */
export function spectrumFit(variance: readonly number[]): PowerLawFit & { readonly last: number } {
  const positive = variance.filter((value) => value > 0);
  const last = Math.max(Math.min(positive.length, FIRST + 2), Math.floor(FITTED_SHARE * positive.length));
  const first = Math.min(FIRST, last - 2);
  const indices = Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  return {
    ...powerLawFit(
      indices,
      indices.map((index) => positive[index - 1] ?? NaN),
    ),
    last,
  };
}
