import { InvalidParametersError, type ParameterViolation, type Services } from '@oblique/study';
import { PAPER_NEEDS } from './paperNeeds.js';
import { chosenParts, type Reproduction } from './reproduction.js';

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
    missing.push({ field: 'data', description: `the profile paper needs ${PAPER_NEEDS.data}` });
  if (takes.has('networks') && reproduction.networks.length === 0)
    missing.push({ field: 'networks', description: `the profile paper needs ${PAPER_NEEDS.networks}` });
  const { device } = await serving.describeRuntime({}, { signal });
  if (takes.has('data') && device !== 'cuda') {
    missing.push({
      field: 'profile',
      description: `the profile paper needs ${PAPER_NEEDS.device}; the services here compute on "${device}". Without one, take the profile full, or the parts that need no training with "only"`,
    });
  }
  if (missing.length > 0) throw new InvalidParametersError(analysis, missing);
}
