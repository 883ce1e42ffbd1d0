import type { LinearParameters } from './linearParameters.js';
import { initialSize, networksOf } from './network.js';
import { acuityThreshold, ALIGNED_SIGMA } from './training.js';

const THEORY = [
  "Theory: eq. 7, dσ/dt = N λ σ^(2−2/N) (1 − σ), in closed form. λ is the component's variance, the eigenvalue of the covariance; the text calls it the standard deviation in four places, against its own algebra and against the authors' own curves. The factor 2 that eqs. 7, 8, 10 and 11 drop is kept: one update is a flow time of 2 × learning rate / pixels, and of twice that for WᵀW, which moves as a network of depth 2.",
  'σ(0): for one matrix and for WᵀW as measured at the start; for two matrices d v / 2 + uᵀW₂W₁u / 2, the growing balanced half of two random matrices of variance v; for deeper ones no closed form is known, and one number is fitted to all components. Half-times between two records are read off along the clock of eq. 7.',
  'Eq. 11 is printed with the exponent (2N−1)/N; it must be 2(N−1)/N, as in eq. 10, and is so here.',
] as const;

const PROTOCOLS: Readonly<Record<LinearParameters['protocol'], readonly string[]>> = {
  text: [
    "Protocol text: one matrix is X̂ = W X, which cannot be sigmoidal; the authors' code has X̂ = WᵀW X, shown beside it. Initial weights are PyTorch's default divided by 100, and one batch size holds for all networks. Learned is uᵀMu. Sensitivity is that of the output. The loss has no noise.",
  ],
  code: [
    'Protocol code: the one matrix of Fig. 5 is used as WᵀW. Initial weights are those of the notebooks (±0.005, ±0.01 for three matrices, at 1024 pixels; scaled at other sizes so that σ(0) is the same), deep networks learn from smaller batches, and noise of standard deviation 0.1 is added to the output inside the loss. Learned is uᵀMu of WᵀW and uᵀMMᵀu, its square, of deep networks. Sensitivity is that of the first matrix, and acuity is searched upwards from the last answer.',
  ],
};

/** How the numbers were made, one paragraph each. */
export function linearMethods(parameters: LinearParameters, learningRate: number): string[] {
  const {
    protocol,
    dataset,
    images,
    patches,
    sizePixels,
    steps,
    deepSteps,
    batchSize,
    deepBatchSize,
    judged,
  } = parameters;
  const sizes = networksOf(parameters).map(
    (network) => `${network.label} ±${initialSize(network, parameters).toPrecision(3)}`,
  );
  return [
    `Data: ${patches} grey patches of ${sizePixels} × ${sizePixels} pixels at random places of ${images} images, ${
      dataset === 'scenes'
        ? "from scenes, the embedded procedural world. These are synthetic: their spectrum is set to be like that of photographs. The paper's patches are from ImageNet"
        : `from ${dataset}`
    }. The mean of each pixel is subtracted.`,
    `Training: plain gradient descent on the mean squared error over pixels, learning rate ${learningRate}; ${steps} updates in batches of ${batchSize} for one matrix and WᵀW, ${deepSteps} in batches of ${deepBatchSize} for deeper networks. Entries of the initial weights are uniform: ${sizes.join(', ')}. A step is one update of the weights; the "learning steps" of the paper's figures are epochs of 7 (deep networks: 25) updates.${
      parameters.learningRate === null
        ? ' The learning rate, which is 1 in the paper, is pixels / (8 λ₁), at which the first component of WᵀW is reached without overshoot: the same curves with fewer updates, but the first components are learned in few of them.'
        : ''
    }`,
    ...PROTOCOLS[protocol],
    ...THEORY,
    `The gap over initial sizes is measured with WᵀW without noise. Aligned runs start at σ(0) = ${ALIGNED_SIGMA} along the components, with all patches in every batch.`,
    `Sensitivity to spatial frequency: D = ‖W ∂I/∂f‖² averaged over phases, I the grating 1/2 + 1/2 sin(f x + φ), x from 0 to π over the patch. Frequencies are in cycles/pixel, f / (2 (columns − 1)); the paper's axis takes f / (2 columns), which is 3 % less at 32 pixels. The threshold is D^(−1/2), as caption and code have it; the text's body has D^(−1), shown beside it. Acuity is the highest frequency with a threshold below ${acuityThreshold(parameters)}, which is as far above the least threshold as the paper's 0.1 at 32 pixels.`,
    `Claims are judged by the first ${judged} components. Intervals are Student's over seeds; the paper shows one run. A claim is supported only where its whole interval meets the threshold.`,
    "Not shown: the human panels 5d, 5g and 5i, whose numbers the paper takes from others' figures.",
  ];
}
