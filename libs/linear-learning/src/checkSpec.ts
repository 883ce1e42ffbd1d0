import { InvalidLinearLearningError, type LinearLearningSpec } from './linearLearningSpec.js';
import type { Patches, PrincipalComponents } from './patches.js';

/** @throws InvalidLinearLearningError where the training cannot be made, with everything that is wrong */
export function checkSpec(spec: LinearLearningSpec, patches: Patches, components: PrincipalComponents): void {
  const [count = 0, pixels = 0] = patches.shape;
  const { depth, tied, initialisation, initialSize, batchSize, learningRate, steps, outputNoise } = spec;
  const columns = Math.sqrt(pixels);
  const rules: readonly (readonly [boolean, string])[] = [
    [
      patches.shape.length === 2 && count >= 1 && Number.isInteger(columns) && columns >= 2,
      `Patches are [patches, pixels] with square patches of at least 2 × 2 pixels, not [${patches.shape.join(', ')}].`,
    ],
    [
      components.mean.length === pixels,
      `The principal components are those of ${components.mean.length} pixels, the patches have ${pixels}.`,
    ],
    [tied || isWhole(depth), `A depth is a whole number from 1, not ${depth}.`],
    [
      initialSize > 0 && (initialisation === 'uniform' || initialSize < 1),
      `The initial size is above 0, and below 1 where it is the singular value of aligned weights, not ${initialSize}.`,
    ],
    [
      isWhole(batchSize) && batchSize <= count,
      `A batch is of 1 to ${count} patches, which is how many there are, not ${batchSize}.`,
    ],
    [learningRate > 0 && learningRate < Infinity, `The learning rate is above 0, not ${learningRate}.`],
    [isWhole(steps), `There is at least one update, not ${steps}.`],
    [outputNoise >= 0 && outputNoise < Infinity, `The output noise is at least 0, not ${outputNoise}.`],
    [
      spec.frequenciesCyclesPerPixel.every((frequency) => frequency > 0 && frequency <= 0.5),
      'Spatial frequencies lie above 0 and up to 0.5 cycles/pixel.',
    ],
    [spec.acuityThreshold > 0, `The acuity threshold is above 0, not ${spec.acuityThreshold}.`],
  ];
  const broken = rules.filter(([kept]) => !kept).map(([, message]) => message);
  if (broken.length > 0) throw new InvalidLinearLearningError(broken.join(' '));
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) && value >= 1;
}
