/**
 * σ(0) of gradient flow for uniform weights in [-size, size]: what the expectation of growing, balanced weights is
 *. Tied, d v; of two matrices d v / 2, because of two independent random vectors only their mean
 * grows; v = size² / 3 is the variance of a weight and d the pixels. One matrix starts at 0. For three and more,
 * (d v)^(N/2) is the order of magnitude: how the factors' singular vectors come to meet is not known in closed form.
 */
export function initialProportion(network: {
  readonly depth: number;
  readonly tied: boolean;
  readonly pixels: number;
  readonly size: number;
}): number {
  const { depth, tied, pixels, size } = network;
  const gain = (pixels * size ** 2) / 3;
  if (tied) return gain;
  if (depth === 1) return 0;
  return depth === 2 ? gain / 2 : gain ** (depth / 2);
}
