import { InvalidParametersError, type ParameterViolation } from '../analysis.js';
import type { Services } from '../services.js';
import { chosenParts, type Reproduction } from './reproduction.js';

/** What the profile `paper` needs, in words for those who are about to start it. */
export const PAPER_NEEDS = [
  'data: the location of ImageNet (1 281 167 training images, one folder or tar with one folder a class; 150 GB)',
  'networks: trained networks as ONNX files, such as ResNet18 and VGG16-bn',
  'a GPU (serving and training with --device cuda)',
  'time: about two days of a GPU for each of the ten trainings of 90 epochs, and hours for everything else',
] as const;

/**
 * Whether there is what the profile `paper` needs. That the data are ImageNet cannot be known before they are read.
 * @throws InvalidParametersError naming everything that is missing.
 */
export async function checkNeeds(
  analysis: string,
  reproduction: Reproduction,
  { serving }: Services,
  signal: AbortSignal,
): Promise<void> {
  const takes = new Set(chosenParts(reproduction).flatMap((part) => part.takes));
  const missing: ParameterViolation[] = [];
  if (takes.has('data') && reproduction.data === 'scenes')
    missing.push({ field: 'data', description: `the profile paper needs ${PAPER_NEEDS[0]}` });
  if (takes.has('networks') && reproduction.networks.length === 0)
    missing.push({ field: 'networks', description: `the profile paper needs ${PAPER_NEEDS[1]}` });
  const { device } = await serving.describeRuntime({}, { signal });
  if (takes.has('data') && device !== 'cuda') {
    missing.push({
      field: 'profile',
      description: `the profile paper needs ${PAPER_NEEDS[2]}; the services here compute on "${device}". Without one, take the profile full, or the parts that need no training with "only"`,
    });
  }
  if (missing.length > 0) throw new InvalidParametersError(analysis, missing);
}
