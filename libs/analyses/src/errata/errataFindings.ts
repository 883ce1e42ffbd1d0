import { type Findings, type FindingsContext, readMeasureValue } from '@oblique/study';
import { linearResults } from '../linear/linearResults.js';
import { balancedInformation } from './balancedInformation.js';
import { sizesOf, type ErrataParameters } from './errataParameters.js';
import { codeParameters, linearClaims, oneMatrixRuns } from './linearErrata.js';
import { linearErrataFigures } from './linearErrataFigures.js';
import { AUTHORS_STEP_RAD, halfCirclePhasesDeg, measuredNetworks } from './measuredNetworks.js';
import { networkClaims, periodClaim } from './networkClaims.js';
import { networkFigures } from './networkFigures.js';
import { networkReading } from './networkReadings.js';
import { printedExponent } from './printedExponent.js';

/** What each reading gives where text, code and algebra of the paper disagree. */
export async function errataFindings(
  parameters: ErrataParameters,
  { store, needed }: FindingsContext,
): Promise<Findings> {
  const { seeds, confidence } = parameters;
  const networks = measuredNetworks(parameters);
  const phases = halfCirclePhasesDeg(parameters);
  const readings = await Promise.all(
    networks.map((network) => networkReading(network, phases, needed, store)),
  );
  const linear = codeParameters(parameters);
  const linearRuns = await linearResults(linear, needed, store, oneMatrixRuns(linear));
  const exponent = await printedExponent();
  const balance = await balancedInformation();
  const byNetwork = readings.flatMap((reading) => networkClaims(reading, confidence));
  const [differences, others] = [
    byNetwork.filter(({ id }) => id.startsWith('E.1')),
    byNetwork.filter(({ id }) => !id.startsWith('E.1')),
  ];
  return {
    summary: `Where the paper's text, its authors' code and its algebra disagree: what each reading gives, and whether a conclusion changes. Networks: ${networks.map(({ label }) => label).join(', ')}.`,
    seeds: { networks: seeds },
    networks: networks.map(({ label, origin, description, members }) => ({
      name: label,
      origin: origin === 'given' ? 'unknown' : origin,
      description,
      layers: Math.max(
        ...members.map(({ exactStep }) => needed.value(exactStep, readMeasureValue).layers.length),
      ),
    })),
    claims: [
      ...differences,
      ...linearClaims(linear, linearRuns),
      ...exponent.claims,
      ...balance.claims,
      periodClaim(readings),
      ...others,
    ],
    figures: [
      ...(await networkFigures(readings, confidence)),
      ...(await linearErrataFigures(linear, linearRuns)),
      ...exponent.figures,
      ...balance.figures,
    ],
    methods: methodsOf(parameters),
  };
}

function methodsOf(parameters: ErrataParameters): string[] {
  const { orientations, phases } = sizesOf(parameters);
  return [
    `E.1, E.7 to E.9: the Gabor of Fig. 2 as the authors' code makes it (each image stretched to [−1, 1] by its own extremes, then normalised with ImageNet's mean and deviation), orientations from 0° to 180° with both ends (${orientations.given} of networks as given, ${orientations.untrained} of untrained ones, ${orientations.trained} of those trained here). Half a circle of phases: ${phases} from 0° to 180° with both ends, as in the code; the whole circle: the same with their negatives. D is averaged over phases before a root is taken.`,
    `Differences: (y(θ + h) − y(θ − h)) / 2h with h = ${AUTHORS_STEP_RAD} rad in float32, as in the code. The exact derivative is a forward-mode Jacobian-vector product of the same program. Both are taken at the same orientations and phases.`,
    "E.2, E.3 and E.5: linear autoencoders of patches of synthetic scenes, trained as the authors' code does (weights, output noise), one matrix W beside WᵀW.",
    "E.4 and E.6 are computed: gradient descent on one feature, step by step, and closed forms of label noise. Where nothing is left to chance there is no interval; others are Student's over seeds, of the logarithms where the number is a ratio.",
    'A claim is the sentence of one reading. Where it is not supported, the reading is wrong, or the code does not do what the text says; the claims about ratios say whether a conclusion changes.',
  ];
}
