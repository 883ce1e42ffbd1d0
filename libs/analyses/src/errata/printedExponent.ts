import { supervisedAt, supervisedLearning } from '@oblique/linear-learning';
import { stepCurves, type Claim, type Figure } from '@oblique/report';

/** The exponents of σ as eq. 11 is printed, and in eq. 10, which should be the same equation. */
const READINGS = ['(2N−1)/N', '2(N−1)/N'] as const;
type Reading = (typeof READINGS)[number];

const DEPTHS = [1, 2, 3];
const FEATURE = { variance: 1, covariance: 0.5, initial: 0.01 };
const LEARNING_RATE = 0.005;
const UPDATES = 4000;
const SHOWN_EVERY = 20;
/** Steps of finite size alone put gradient descent off its flow, by about the learning rate. */
const SAME_SIGMA = 2 * LEARNING_RATE;

interface SupervisedCase {
  readonly depth: number;
  /** σ after each shown number of updates, by gradient descent and by each reading. */
  readonly descent: readonly number[];
  readonly flow: Readonly<Record<Reading, readonly number[]>>;
}

/** E.4: which exponent gradient descent on eq. 9 follows. */
export async function printedExponent(): Promise<{ claims: Claim[]; figures: Figure[] }> {
  const steps = Array.from({ length: UPDATES / SHOWN_EVERY + 1 }, (_, index) => index * SHOWN_EVERY);
  const cases = DEPTHS.map((depth) => caseOf(depth, steps));
  return {
    claims: READINGS.map((reading) => exponentClaim(reading, cases)),
    figures: [await exponentFigure(cases, steps)],
  };
}

function caseOf(depth: number, steps: readonly number[]): SupervisedCase {
  const { variance, covariance, initial } = FEATURE;
  const [sigma = new Float64Array()] = supervisedLearning({
    depth,
    variance: [variance],
    covariance: [covariance],
    initial,
    learningRate: LEARNING_RATE,
    steps: UPDATES,
  });
  // One update is a flow time of twice the learning rate.
  const times = steps.map((step) => 2 * LEARNING_RATE * step);
  return {
    depth,
    descent: steps.map((step) => sigma[step] ?? NaN),
    flow: {
      '2(N−1)/N': times.map((time) => supervisedAt({ depth, ...FEATURE }, time)),
      // (2N − 1)/N is the exponent of a network of 2N matrices, which eq. 10 makes twice as fast.
      '(2N−1)/N': times.map((time) => supervisedAt({ depth: 2 * depth, ...FEATURE }, time / 2)),
    },
  };
}

function exponentClaim(reading: Reading, cases: readonly SupervisedCase[]): Claim {
  const errors = cases.map(({ descent, flow }) =>
    Math.max(...descent.map((sigma, index) => Math.abs(sigma - (flow[reading][index] ?? NaN)))),
  );
  const largest = Math.max(...errors);
  const isPrinted = reading === '(2N−1)/N';
  return {
    id: isPrinted ? 'E.4' : 'E.4-corrected',
    sentence: isPrinted
      ? 'Gradient descent follows eq. 11 with the exponent (2N−1)/N, as it is printed.'
      : 'Gradient descent follows it with the exponent 2(N−1)/N, as in eq. 10.',
    statistic: `Largest difference of σ from gradient descent on eq. 9, over updates and N = ${DEPTHS.join(', ')}`,
    threshold: `below ${SAME_SIGMA}`,
    effect: largest,
    interval: null,
    verdict: largest < SAME_SIGMA ? 'supported' : 'not supported',
    explanation: `By N: ${errors.map((error) => error.toPrecision(2)).join(', ')}; σ ends at ${FEATURE.covariance / FEATURE.variance}. ${isPrinted ? 'A slip of the pen: the conclusions rest on eq. 10. ' : ''}Computed, without chance.`,
    figures: ['errata-eq11'],
  };
}

function exponentFigure(cases: readonly SupervisedCase[], steps: readonly number[]): Promise<Figure> {
  return stepCurves({
    id: 'errata-eq11',
    title: 'E.4: the exponent of eq. 11',
    caption: `σ of one feature of variance ${FEATURE.variance} whose covariance with the label is ${FEATURE.covariance}, in networks of one to three matrices: gradient descent on eq. 9, and the flow with the exponent of eq. 10 and with the printed one of eq. 11.`,
    axis: { name: 'step', title: 'step (updates)', values: steps },
    value: { name: 'sigma', title: 'σ' },
    colours: 'categorical',
    legendTitle: 'σ by',
    panels: cases.map(({ depth, descent, flow }) => ({
      name: `N = ${depth}`,
      lines: [
        { name: 'gradient descent', values: descent },
        { name: 'printed, (2N−1)/N', values: flow['(2N−1)/N'] },
        { name: 'eq. 10, 2(N−1)/N', points: true, ...everyTenth(flow['2(N−1)/N'], steps) },
      ],
    })),
  });
}

/** So that points over a line leave it visible. */
function everyTenth(
  values: readonly number[],
  steps: readonly number[],
): { readonly x: number[]; readonly values: number[] } {
  const tenth = (list: readonly number[]): number[] => list.filter((_, index) => index % 10 === 0);
  return { x: tenth(steps), values: tenth(values) };
}
