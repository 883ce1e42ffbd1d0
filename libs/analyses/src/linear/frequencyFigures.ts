import { float64 } from '@oblique/arrays';
import { stepCurves, type Figure } from '@oblique/report';
import { lineFit, powerLawFit } from '@oblique/statistics';
import { acuityGrowth } from './acuityGrowth.js';
import { STEP_TITLE } from './learningFigures.js';
import type { LinearParameters } from './linearParameters.js';
import type { RunResult } from './linearResults.js';
import { supervisedCases, USEFULNESS_WORDS, VARIANCES } from './supervised.js';
import { acuitySeries, measuredMatrix, snapshotsOf } from './thresholds.js';
import { acuityThreshold, leastThreshold } from './training.js';

const MATRIX_WORDS = { Product: 'the product of all matrices', First: 'the first matrix' } as const;

/** Fig. 5f in both readings of the threshold and of both matrices. */
export async function thresholdFigures(
  parameters: LinearParameters,
  result: RunResult,
): Promise<readonly Figure[]> {
  const { record, run, digest } = result;
  const own = measuredMatrix(parameters);
  const other = own === 'First' ? 'Product' : 'First';
  const draw = async (
    id: string,
    matrix: 'Product' | 'First',
    exponent: '−1/2' | '−1',
    reading: string,
  ): Promise<Figure> => {
    const snapshots = snapshotsOf(record, matrix);
    const thresholds = snapshots.map(({ threshold }) =>
      exponent === '−1' ? threshold.map((value) => value ** 2) : threshold,
    );
    const frequency = record.frequenciesCyclesPerPixel;
    const figure = await stepCurves({
      id,
      title: `Threshold over spatial frequency, D^(${exponent}) of ${MATRIX_WORDS[matrix]}${id === 'fig5f' ? ' (Fig. 5f)' : ''}`,
      caption: `${run.network.label}, seed ${run.seed}, from early (dark) to late (light). ${reading}${exponent === '−1/2' && matrix === own ? ' Dotted: the threshold of a network that has learned everything.' : ''}`,
      provenance: [digest],
      axis: { name: 'frequencyCyclesPerPixel', title: 'spatial frequency (cycles/pixel)', values: frequency },
      value: { name: 'threshold', title: `threshold D^(${exponent})` },
      colours: 'ordered',
      legendTitle: 'updates',
      references:
        exponent === '−1/2'
          ? [{ along: 'y', at: leastThreshold(parameters.sizePixels), label: 'all learned' }]
          : [],
      panels: [
        {
          name: '',
          lines: snapshots.map(({ step }, index) => ({
            name: String(step),
            values: thresholds[index] ?? [],
          })),
        },
      ],
    });
    return {
      ...figure,
      arrays: {
        frequencyCyclesPerPixel: float64([frequency.length], frequency),
        step: float64(
          [snapshots.length],
          snapshots.map(({ step }) => step),
        ),
        threshold: float64([snapshots.length, frequency.length], thresholds.flat()),
      },
    };
  };
  return Promise.all([
    draw('fig5f', own, '−1/2', "The root of D, as the caption and the authors' code have it."),
    draw(
      'fig5f-inverse',
      own,
      '−1',
      "The text's body has the threshold as the inverse of squared sensitivity.",
    ),
    ...(run.network.tied || run.network.depth > 1
      ? [draw(`fig5f-${other.toLowerCase()}`, other, '−1/2', 'The matrix that the other protocol measures.')]
      : []),
  ]);
}

/** Fig. 5h and what the code plots in its place. */
export async function acuityFigures(
  parameters: LinearParameters,
  runs: readonly RunResult[],
): Promise<readonly Figure[]> {
  const series = acuitySeries(parameters);
  const [shown] = runs;
  if (shown === undefined) return [];
  const { record, run } = shown;
  const acuities = runs.map((each) => [...each.record.series(series)]);
  const growth = acuityGrowth(record, series);
  const base = {
    provenance: runs.map(({ digest }) => digest),
    axis: { name: 'step', title: STEP_TITLE, values: record.steps },
    colours: 'categorical',
    legendTitle: 'seed',
  } as const;
  const line = growth && lineFit(growth.steps, growth.acuity);
  const power = growth && powerLawFit(growth.steps, growth.acuity);
  const squared =
    growth &&
    lineFit(
      growth.steps,
      growth.acuity.map((value) => value ** 2),
    );
  const from = growth?.steps[0] ?? Infinity;
  const fitOf = (fit: ((step: number) => number) | undefined): number[] =>
    record.steps.map((step) => (fit === undefined || step < from ? NaN : fit(step)));
  const seedLines = (shape: (value: number) => number, fit: readonly number[]) =>
    runs.map((each, index) => ({
      name: `seed ${each.run.seed}`,
      values: (acuities[index] ?? []).map(shape),
      ...(index === 0 ? { theory: fit } : {}),
    }));
  const acuity = await stepCurves({
    ...base,
    id: 'fig5h',
    title: 'Acuity over training (Fig. 5h)',
    caption: `${run.network.label}: the highest frequency whose threshold is below ${acuityThreshold(parameters)}. Dashed, for the first seed: updates^α with α = ${power?.exponent.toFixed(3) ?? 'not fitted'}; a straight line explains ${line?.rSquared.toFixed(4) ?? 'nothing'} of its variance.`,
    value: { name: 'acuityCyclesPerPixel', title: 'acuity (cycles/pixel)' },
    theoryName: 'updates^α',
    panels: [
      {
        name: '',
        lines: seedLines(Number, fitOf(power && ((step) => power.factor * step ** power.exponent))),
      },
    ],
  });
  const [first = []] = acuities;
  return [
    {
      ...acuity,
      arrays: {
        step: float64([record.steps.length], record.steps),
        acuityCyclesPerPixel: float64([first.length], first),
        acuityCyclesPerPixelOfSeeds: float64([acuities.length, first.length], acuities.flat()),
      },
    },
    await stepCurves({
      ...base,
      id: 'fig5h-squared',
      title: "Acuity squared over training, as the authors' code plots it",
      caption: `The same squared, in (cycles/pixel)². Dashed, for the first seed: a straight line, which explains ${squared?.rSquared.toFixed(4) ?? 'nothing'} of the variance. (The code also scales its axis of epochs by 100/64, by mistake; that is not done here.)`,
      value: { name: 'acuitySquared', title: 'acuity squared' },
      theoryName: 'straight line',
      panels: [
        {
          name: '',
          lines: seedLines(
            (value) => value ** 2,
            fitOf(squared && ((step) => squared.intercept + squared.slope * step)),
          ),
        },
      ],
    }),
  ];
}

/** Two features equally useful in three senses, learned at three depths. */
export async function supervisedFigures(): Promise<readonly Figure[]> {
  const cases = supervisedCases();
  const draw = (id: string, title: string, caption: string, asProportion: boolean): Promise<Figure> =>
    stepCurves({
      id,
      title,
      caption,
      axis: { name: 'step', title: 'step (updates)', values: cases[0]?.steps ?? [] },
      value: { name: asProportion ? 'proportion' : 'sigma', title: asProportion ? 'σ / its end' : 'σ' },
      colours: 'categorical',
      legendTitle: 'feature',
      panels: cases.map(({ usefulness, depth, sigma, theory, asymptote }) => ({
        name: `${USEFULNESS_WORDS[usefulness].replace(' with the label', '')}, depth ${depth}`,
        lines: VARIANCES.map((variance, feature) => {
          const scale = (values: readonly number[] = []): number[] =>
            values.map((value) => (asProportion ? value / (asymptote[feature] ?? NaN) : value));
          return {
            name: `variance ${variance}`,
            values: scale(sigma[feature]),
            theory: scale(theory[feature]),
          };
        }),
      })),
    });
  return Promise.all([
    draw(
      'supervised',
      'Supervised learning of two features, as a proportion of what each ends at (eqs. 9 to 11)',
      'Gradient descent on two features of variance 1 and 1/4 that are equally useful in three senses. Dashed: the closed form of eq. 10 (eq. 11 with the exponent 2(N−1)/N; it is printed as (2N−1)/N).',
      true,
    ),
    draw(
      'supervised-raw',
      'The same as σ itself, whose square is the sensitivity',
      'With equal covariance the feature of low variance has the larger σ at all times, since it ends at τ/λ.',
      false,
    ),
  ]);
}
