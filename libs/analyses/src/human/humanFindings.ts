import { CHILD_ACUITY, CONTOURS, ORIENTATION_THRESHOLDS } from '@oblique/human-references';
import { intervalPlot, stepCurves, type Claim, type Figure } from '@oblique/report';
import { lineFit, powerLawFit, type PowerLawFit } from '@oblique/statistics';
import { type Findings, verdictInWords, within } from '@oblique/study';
import type { HumanParameters } from './humanParameters.js';

/** Of acuity ~ age^α: the square root of eq. 8's linear networks, whose acuity squared is linear in time. */
const SQUARE_ROOT = 0.5;
const EXPONENT_TOLERANCE = 0.15;

/** What published numbers say where the paper shows people. */
export async function humanFindings(parameters: HumanParameters): Promise<Findings> {
  const { ageMonths, acuityCyclesPerDegree } = CHILD_ACUITY;
  const fitted = ageMonths.flatMap((age, index) => (age >= parameters.fromMonths ? [index] : []));
  const power = powerLawFit(
    fitted.map((index) => ageMonths[index] ?? NaN),
    fitted.map((index) => acuityCyclesPerDegree[index] ?? NaN),
    parameters.confidence,
  );
  return {
    summary:
      "Published numbers that stand in for the paper's human panels, whose own data are not openly available. They are of other people, stimuli and tasks than the networks': shapes can be compared, values cannot.",
    seeds: {},
    networks: [],
    claims: acuityClaims(parameters, power),
    figures: [await orientationFigure(), await contoursFigure(), await acuityFigure(parameters, power)],
    methods: [
      `Orientation: ${ORIENTATION_THRESHOLDS.citation}. Five observers; means, with the least and the largest.`,
      `Contours: ${CONTOURS.citation}.`,
      `Acuity: ${CHILD_ACUITY.citation}. Intervals are Student's of a straight line through logarithms, as if errors of ages were independent.`,
      'No open numbers were found for the human panels of Fig. 5d and 5g; they are not reproduced. Reviews give discrimination of spatial frequency as 2 to 7 % of the frequency, without a table.',
    ],
  };
}

function acuityClaims(
  { fromMonths, confidence }: HumanParameters,
  { exponent, exponentInterval }: PowerLawFit,
): Claim[] {
  const { ageMonths, acuityCyclesPerDegree } = CHILD_ACUITY;
  const straight = lineFit(ageMonths, acuityCyclesPerDegree).rSquared;
  const squared = lineFit(
    ageMonths,
    acuityCyclesPerDegree.map((value) => value ** 2),
  ).rSquared;
  const verdict = within(SQUARE_ROOT, EXPONENT_TOLERANCE, exponentInterval);
  return [
    {
      id: 'C5i-root',
      sentence: "Children's acuity grows about as the square root of their age.",
      statistic: `α of acuity ~ age^α from ${fromMonths} months on`,
      threshold: `${SQUARE_ROOT} ± ${EXPONENT_TOLERANCE}: as acuity of linear networks grows with updates (claim C5h-linear of the analysis linear)`,
      effect: exponent,
      interval: exponentInterval,
      verdict,
      explanation: `${verdictInWords(verdict)} The interval holds ${100 * confidence} %; it is of one published table.`,
      figures: ['fig5i'],
    },
    {
      id: 'C5i-square',
      sentence: 'Acuity squared is straighter over age than acuity, as in linear networks.',
      statistic: 'R² of a straight line through acuity squared, less that through acuity, over all ages',
      threshold: 'above 0',
      effect: squared - straight,
      interval: null,
      verdict: squared > straight ? 'supported' : 'not supported',
      explanation: `R² ${squared.toFixed(3)} against ${straight.toFixed(3)}. The paper's text calls its acuity linear in time; its code plots the square.`,
      figures: ['fig5i'],
    },
  ];
}

function orientationFigure(): Promise<Figure> {
  const { orientationDeg, thresholdDeg, lowestDeg, highestDeg, citation } = ORIENTATION_THRESHOLDS;
  return stepCurves({
    id: 'fig2a',
    title: 'Orientation discrimination of people (stands in for Fig. 2a)',
    caption: `Thresholds for 75 % correct, mean of five observers; bars reach from the least to the largest. Sensitivity is the inverse. ${citation}.`,
    axis: { name: 'orientationDeg', title: 'orientation (degrees)', values: orientationDeg },
    value: { name: 'thresholdDeg', title: 'threshold (degrees)' },
    colours: 'categorical',
    legendTitle: '',
    panels: [
      {
        name: '',
        lines: [{ name: 'observers', values: thresholdDeg, low: lowestDeg, high: highestDeg, points: true }],
      },
    ],
  });
}

function contoursFigure(): Promise<Figure> {
  return intervalPlot({
    id: 'contours',
    title: 'Contours of the world',
    caption: `Power of contours at the cardinal orientations over that at the obliques, in photographs of three environments. ${CONTOURS.citation}.`,
    valueTitle: 'cardinal / oblique',
    reference: 1,
    items: CONTOURS.environments.map(({ name, cardinalOverOblique }) => ({
      name,
      effect: cardinalOverOblique,
    })),
  });
}

function acuityFigure({ fromMonths }: HumanParameters, { factor, exponent }: PowerLawFit): Promise<Figure> {
  const { ageMonths, acuityCyclesPerDegree, citation } = CHILD_ACUITY;
  const root = ageMonths.map((age) => (age < fromMonths ? NaN : factor * age ** exponent));
  return stepCurves({
    id: 'fig5i',
    title: 'Acuity of children (stands in for Fig. 5i)',
    caption: `Binocular means by age, and their squares. Dashed: age^${exponent.toFixed(2)}, fitted from ${fromMonths} months on, and its square. ${citation}.`,
    axis: { name: 'ageMonths', title: 'age (months)', values: ageMonths },
    value: { name: 'acuity', title: 'acuity (cycles/degree), or its square', shared: false },
    colours: 'categorical',
    legendTitle: '',
    theoryName: `age^${exponent.toFixed(2)}`,
    panels: [
      {
        name: 'acuity',
        lines: [{ name: 'children', values: acuityCyclesPerDegree, theory: root, points: true }],
      },
      {
        name: 'squared',
        lines: [
          {
            name: 'children',
            values: acuityCyclesPerDegree.map((value) => value ** 2),
            theory: root.map((value) => value ** 2),
            points: true,
          },
        ],
      },
    ],
  });
}
