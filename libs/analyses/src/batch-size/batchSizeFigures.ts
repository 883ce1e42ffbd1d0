import { intervalPlot, stepCurves, type Figure, type StepLine } from '@oblique/report';
import { preferenceItem, preferenceLine } from '../gratings-grid/preferenceDrawing.js';
import { preferencesAt, type LearnedSize } from './batchSizeClaims.js';
import type { BatchSizeParameters } from './batchSizeParameters.js';
import { comparedExamples } from './sizes.js';

/** Every figure of the report, in its order. */
export function batchSizeFigures(
  sizes: readonly LearnedSize[],
  parameters: BatchSizeParameters,
): Promise<Figure[]> {
  return Promise.all([learningFigure(sizes, parameters), preferenceFigure(sizes, parameters)]);
}

/** The preference while learning, over steps and over examples. */
function learningFigure(sizes: readonly LearnedSize[], parameters: BatchSizeParameters): Promise<Figure> {
  const { steps, confidence } = parameters;
  const lines = (axis: (step: number, batchSize: number) => number): StepLine[] =>
    sizes.map(({ size, learned }) => {
      const line = preferenceLine(`${size.batchSize}`, learned, confidence);
      return { ...line, x: Array.from(line.x, (step) => axis(step, size.batchSize)) };
    });
  const relative = comparedExamples(parameters);
  return stepCurves({
    id: 'batch-size-learning',
    title: 'Preference for frequent orientations by batch size',
    caption: `D(90°)/D(0°) of the first layer, geometric mean over seeds; bands hold ${100 * confidence} % (Student). Left, time is steps relative to the ${steps} that are compared at; right, it is examples relative to ${relative}. Vertical bars (90°) are three times as frequent as horizontal ones.`,
    provenance: provenanceOf(sizes),
    axis: {
      name: 'relativeTime',
      title: 'steps, or examples, relative to where they are compared',
      scale: 'log',
    },
    value: { name: 'ratio', title: 'D(90°) / D(0°)', scale: 'log' },
    colours: 'ordered',
    legendTitle: 'batch size',
    references: [
      { along: 'y', at: 1 },
      { along: 'x', at: 1 },
    ],
    panels: [
      { name: 'over steps', lines: lines((step) => step / steps) },
      { name: 'over examples', lines: lines((step, size) => (step * size) / relative) },
    ],
  });
}

/** The preference where it is compared. */
function preferenceFigure(sizes: readonly LearnedSize[], parameters: BatchSizeParameters): Promise<Figure> {
  const { steps, confidence } = parameters;
  const places = [
    ['steps', `${steps} steps`],
    ['examples', `${comparedExamples(parameters)} examples`],
  ] as const;
  return intervalPlot({
    id: 'batch-size-preference',
    title: 'Preference over equally many steps, and examples',
    caption: `D(90°)/D(0°) of the first layer, geometric mean over seeds and over the last four fifths of the time, with ${100 * confidence} % intervals (Student).`,
    provenance: provenanceOf(sizes),
    valueTitle: 'D(90°) / D(0°)',
    reference: 1,
    items: places.flatMap(([equal, place]) =>
      sizes.map((each) =>
        preferenceItem(`${place}: ${each.size.label}`, preferencesAt(each, equal, parameters), confidence),
      ),
    ),
  });
}

function provenanceOf(sizes: readonly LearnedSize[]): string[] {
  return sizes.flatMap(({ learned }) => learned.map(({ digest }) => digest));
}
