import { flowTimePerUpdate, learnedAt, timeTo } from '@oblique/linear-learning';
import type { LinearParameters } from './linearParameters.js';

/** A linear autoencoder that the analysis trains. */
export interface LinearNetwork {
  /** For step ids and figures' names. */
  readonly slug: string;
  readonly label: string;
  readonly depth: number;
  /** WᵀW. */
  readonly tied: boolean;
}

export const SINGLE: LinearNetwork = { slug: 'single', label: 'one matrix W', depth: 1, tied: false };
export const TIED: LinearNetwork = { slug: 'tied', label: 'tied WᵀW', depth: 1, tied: true };

/** From the shallowest to the deepest; WᵀW moves as a network of depth 2. */
export function networksOf({ depths }: LinearParameters): readonly LinearNetwork[] {
  const deep = depths.map((depth) => ({
    slug: `depth-${depth}`,
    label: `${depth} matrices`,
    depth,
    tied: false,
  }));
  return [SINGLE, TIED, ...deep];
}

/** What Fig. 5 calls one matrix. */
export function oneMatrix({ protocol }: LinearParameters): LinearNetwork {
  return protocol === 'code' ? TIED : SINGLE;
}

export function isDeep({ depth }: LinearNetwork): boolean {
  return depth > 1;
}

/** Half width of the uniform initial weights: the code's is that of 1024 pixels, scaled so that σ(0) is the same. */
export function initialSize({ depth }: LinearNetwork, { protocol, sizePixels }: LinearParameters): number {
  if (protocol === 'text') return 1 / sizePixels / 100;
  return ((depth > 2 ? 0.01 : 0.005) * 32) / sizePixels;
}

/** N of the flow that the network follows. */
export function flowDepth({ depth, tied }: LinearNetwork): number {
  return tied ? 2 : depth;
}

/** What the authors' code plots as learned: uᵀMu, and of deep networks uᵀMMᵀu, which is its square. */
export function isSquared(network: LinearNetwork, { protocol }: LinearParameters): boolean {
  return protocol === 'code' && isDeep(network);
}

/** What theory needs to know of a training. */
export interface FlowOfNetwork {
  readonly network: LinearNetwork;
  readonly learningRate: number;
  readonly pixels: number;
}

/** Updates until σ is `level` by eq. 7; NaN where σ(0) is none that it starts from. */
export function theoreticalStep(
  { network, learningRate, pixels }: FlowOfNetwork,
  variance: number,
  initial: number,
  level: number,
): number {
  const depth = flowDepth(network);
  if (!isStart(depth, variance, initial)) return NaN;
  return (
    timeTo({ depth, variance, initial }, level) / flowTimePerUpdate({ ...network, learningRate, pixels })
  );
}

/** σ after `step` updates by eq. 7; NaN where σ(0) is none that it starts from. */
export function theoreticalSigma(
  { network, learningRate, pixels }: FlowOfNetwork,
  variance: number,
  initial: number,
  step: number,
): number {
  const depth = flowDepth(network);
  if (!isStart(depth, variance, initial)) return NaN;
  return learnedAt(
    { depth, variance, initial },
    step * flowTimePerUpdate({ ...network, learningRate, pixels }),
  );
}

function isStart(depth: number, variance: number, initial: number): boolean {
  return variance > 0 && initial < 1 && (depth === 1 || initial > 0);
}
