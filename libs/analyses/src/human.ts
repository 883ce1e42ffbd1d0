import { CHILD_ACUITY, CONTOURS, ORIENTATION_THRESHOLDS } from '@oblique/human-references';
import { stepCurves, type Figure } from '@oblique/report';
import { lineFit, powerLawFit, type PowerLawFit } from '@oblique/statistics';
import {
  aboutOf,
  above,
  axesOf,
  claim,
  confidence,
  intervals,
  param,
  Quantity,
  study,
  within,
} from '@oblique/study';
import { z } from 'zod';

const { ageMonths, acuityCyclesPerDegree } = CHILD_ACUITY;

/** Stand-ins for the panels of people (Fig. 2a, 5i), from published numbers. */
export const human = study({
  name: 'human',
  title: 'People',
  description:
    'Published numbers that stand in for the human panels (Fig. 2a, 5i): orientation discrimination, the contours of the ' +
    'world, and acuity of children. Nothing is computed on networks.',
  parameters: {
    fromMonths: param(
      z.number().min(0).max(24),
      'Age from which a power law is fitted to acuity; before it the eye itself changes most.',
      6,
    ),
    confidence,
  },
  profiles: { quick: 'nothing is computed on networks', full: 'the same' },
  smallest: {},

  asks: () =>
    "Published numbers that stand in for the paper's human panels, whose own data are not openly available. They are of other people, stimuli and tasks than the networks': shapes can be compared, values cannot.",

  data: () => ({}),

  quantities: (_, p) => {
    const fitted = ageMonths.map((age) => age >= p.fromMonths);
    const power = powerLawFit(
      ageMonths.filter((_age, index) => fitted[index]),
      acuityCyclesPerDegree.filter((_acuity, index) => fitted[index]),
      p.confidence,
    );
    const straight = lineFit(ageMonths, acuityCyclesPerDegree).rSquared;
    const squared = lineFit(
      ageMonths,
      acuityCyclesPerDegree.map((value) => value ** 2),
    ).rSquared;
    const number = (value: number, words: string): Quantity =>
      Quantity.over({}, () => value, { name: 'number', words });
    return {
      power,
      straight,
      squared,
      exponent: number(power.exponent, `α of acuity ~ age^α from ${p.fromMonths} months on`),
      straighter: number(
        squared - straight,
        'R² of a straight line through acuity squared, less that through acuity, over all ages',
      ),
      contours: new Quantity(
        aboutOf({ name: 'contours', title: 'cardinal / oblique' }),
        axesOf({ environment: CONTOURS.environments.map(({ name }) => name) }),
        CONTOURS.environments.map(({ cardinalOverOblique }) => cardinalOverOblique),
      ),
    };
  },

  claims: ({ power, straight, squared, exponent, straighter }, p) => [
    claim(
      'C5i-root',
      "Children's acuity grows about as the square root of their age.",
      exponent,
      within(
        0.5,
        0.15,
        ': as acuity of linear networks grows with updates (claim C5h-linear of the analysis linear)',
      ),
      {
        figures: ['fig5i'],
        interval: {
          ...power.exponentInterval,
          words: `The interval holds ${100 * p.confidence} %; it is of one published table.`,
        },
      },
    ),
    claim(
      'C5i-square',
      'Acuity squared is straighter over age than acuity, as in linear networks.',
      straighter,
      above(0),
      {
        figures: ['fig5i'],
        remark: `R² ${squared.toFixed(3)} against ${straight.toFixed(3)}. The paper's text calls its acuity linear in time; its code plots the square.`,
      },
    ),
  ],

  figures: ({ power, contours }, p) => [
    { id: 'fig2a', draw: orientationFigure },
    intervals('contours', contours, {
      title: 'Contours of the world',
      caption: `Power of contours at the cardinal orientations over that at the obliques, in photographs of three environments. ${CONTOURS.citation}.`,
      rows: ['environment'],
    }),
    { id: 'fig5i', draw: () => acuityFigure(p.fromMonths, power) },
  ],

  methods: () => [
    `Orientation: ${ORIENTATION_THRESHOLDS.citation}. Five observers; means, with the least and the largest.`,
    `Contours: ${CONTOURS.citation}.`,
    `Acuity: ${CHILD_ACUITY.citation}. Intervals are Student's of a straight line through logarithms, as if errors of ages were independent.`,
    'No open numbers were found for the human panels of Fig. 5d and 5g; they are not reproduced. Reviews give discrimination of spatial frequency as 2 to 7 % of the frequency, without a table.',
  ],
});

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

function acuityFigure(fromMonths: number, { factor, exponent }: PowerLawFit): Promise<Figure> {
  const { citation } = CHILD_ACUITY;
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
