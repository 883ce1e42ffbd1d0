/** A density ∝ exp(concentration · cos(4π (angle − peak) / period)): two peaks, half a period apart. */
export interface TwoPeakedFit {
  /** Of the first peak, 0 to half a period. */
  readonly peakDeg: number;
  readonly concentration: number;
}

const INTEGRATION_STEPS = 256;
const LARGEST_CONCENTRATION = 100;

/**
 * The two-peaked density that fits shares of equally wide bins best (maximum likelihood, from the second circular
 * moment, the bins' own width taken out).
 * @param shares of bins, the first of which is centred on angle 0, over a whole period; they need not add up to 1
 * @param periodDeg 180 of orientations, 360 of hues
 */
export function fitTwoPeaks(shares: ArrayLike<number>, periodDeg: number): TwoPeakedFit {
  const bins = shares.length;
  let total = 0;
  let cosine = 0;
  let sine = 0;
  for (let bin = 0; bin < bins; bin++) {
    const share = shares[bin] ?? 0;
    total += share;
    cosine += share * Math.cos((4 * Math.PI * bin) / bins);
    sine += share * Math.sin((4 * Math.PI * bin) / bins);
  }
  const blurring = Math.sin((2 * Math.PI) / bins) / ((2 * Math.PI) / bins);
  const moment = total === 0 ? 0 : Math.hypot(cosine, sine) / total / blurring;
  const half = periodDeg / 2;
  const peak = (Math.atan2(sine, cosine) / (4 * Math.PI)) * periodDeg;
  return { peakDeg: ((peak % half) + half) % half, concentration: concentrationOf(moment) };
}

/** The concentration of the von Mises distribution whose first circular moment is `moment`. */
function concentrationOf(moment: number): number {
  let [low, high] = [0, LARGEST_CONCENTRATION];
  for (let halving = 0; halving < 50; halving++) {
    const middle = (low + high) / 2;
    if (momentOf(middle) < moment) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function momentOf(concentration: number): number {
  let mass = 0;
  let moment = 0;
  for (let step = 0; step < INTEGRATION_STEPS; step++) {
    const cosine = Math.cos((2 * Math.PI * step) / INTEGRATION_STEPS);
    const weight = Math.exp(concentration * (cosine - 1));
    mass += weight;
    moment += weight * cosine;
  }
  return moment / mass;
}
