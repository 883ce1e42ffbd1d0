import { flowIntegral } from './flowIntegral.js';

/**
 * One principal component of a linear autoencoder under gradient flow, dσ/dt = N λ σ^(2-2/N) (1 - σ) (eq. 7). λ is the
 * component's variance, not its standard deviation, which the paper's text says.
 */
export interface GradientFlow {
  /** N, a whole number from 1. Infinity stands for its limit with time counted in units of 1/N. */
  readonly depth: number;
  /** λ, above 0. */
  readonly variance: number;
  /** σ(0): below 1, and above 0 unless N = 1. */
  readonly initial: number;
}

/**
 * Flow time that one update makes: eq. 7 leaves out the gradient's factor 2, nn.MSELoss divides by the pixels. The tied
 * network Wᵀ W moves as one of depth 2 at twice the speed, so its flow has `depth: 2`.
 */
export function flowTimePerUpdate(network: {
  readonly learningRate: number;
  readonly pixels: number;
  readonly tied: boolean;
}): number {
  return ((network.tied ? 4 : 2) * network.learningRate) / network.pixels;
}

/** σ(t), the proportion learned of the component. @throws RangeError */
export function learnedAt(flow: GradientFlow, time: number): number {
  const { depth, variance, initial } = checked(flow);
  if (depth === 1) return 1 - (1 - initial) * Math.exp(-variance * time);
  if (depth === 2) return 1 / (1 + (1 / initial - 1) * Math.exp(-2 * variance * time));
  return inverseIntegral(depth, flowIntegral(depth, initial) + speed(depth) * variance * time);
}

/** The time at which σ is `learned`; before the start, and negative, where that is below σ(0). @throws RangeError */
export function timeTo(flow: GradientFlow, learned: number): number {
  const { depth, variance, initial } = checked(flow);
  if (!(learned > 0 && learned < 1))
    throw new RangeError(`Nothing is learned to ${learned}: give a proportion between 0 and 1.`);
  return (flowIntegral(depth, learned) - flowIntegral(depth, initial)) / (speed(depth) * variance);
}

/** The time at which half of the component is learned. */
export function halfTime(flow: GradientFlow): number {
  return timeTo(flow, 0.5);
}

/** (t90 - t10) / t50: the smaller, the more like a step. It depends on depth and σ(0) only. */
export function sharpness(flow: GradientFlow): number {
  return (timeTo(flow, 0.9) - timeTo(flow, 0.1)) / halfTime(flow);
}

/** D(t) = σ(t)², the sensitivity to moving along the component (eq. 8 for N = 1). */
export function sensitivityAt(flow: GradientFlow, time: number): number {
  return learnedAt(flow, time) ** 2;
}

/** Where D grows fastest for N = 1: σ = 1/2, D = 1/4, though σ itself has no inflection. */
export function sensitivityInflectionTime(flow: Omit<GradientFlow, 'depth'>): number {
  return Math.log(2 * (1 - flow.initial)) / flow.variance;
}

/** σ with F_N(σ) = `target`, by bisection of ln(σ / (1-σ)); 1 where it is nearer to 1 than doubles tell. */
export function inverseIntegral(depth: number, target: number): number {
  let low = -LARGEST_LOGIT;
  let high = LARGEST_LOGIT;
  for (;;) {
    const middle = (low + high) / 2;
    const sigma = logistic(middle);
    if (middle === low || middle === high) return sigma;
    if (flowIntegral(depth, sigma, logistic(-middle)) < target) low = middle;
    else high = middle;
  }
}

const LARGEST_LOGIT = 700;

function logistic(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** N, or 1 for the limit, where time is counted in units of 1/N. */
function speed(depth: number): number {
  return depth === Infinity ? 1 : depth;
}

function checked(flow: GradientFlow): GradientFlow {
  const { depth, variance, initial } = flow;
  if (!(depth === Infinity || (Number.isInteger(depth) && depth >= 1))) {
    throw new RangeError(`A depth is a whole number from 1, or Infinity, not ${depth}.`);
  }
  if (!(variance > 0)) throw new RangeError(`A component's variance is above 0, not ${variance}.`);
  if (!(initial < 1 && (initial > 0 || depth === 1))) {
    throw new RangeError(`σ(0) lies between 0 and 1, not at ${initial}; from 0 only depth 1 learns.`);
  }
  return flow;
}
