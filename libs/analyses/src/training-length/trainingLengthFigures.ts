import { stepCurves, type Figure, type StepLine } from '@oblique/report';
import { lossLine, preferenceLine } from '../gratings-grid/preferenceDrawing.js';
import type { LearnedRate, Rate } from './rates.js';
import type { TrainingLengthParameters } from './trainingLengthParameters.js';

/** Every figure of the report. */
export async function trainingLengthFigures(
  rates: readonly LearnedRate[],
  { confidence }: TrainingLengthParameters,
): Promise<Figure[]> {
  return [
    await stepCurves({
      id: 'training-length',
      title: 'Preference for frequent orientations over a long training',
      caption: `Left: D(90°)/D(0°) of the first layer, geometric mean over seeds; bands hold ${100 * confidence} % (Student). Right: loss as a share of that of chance, mean over seeds. Time is steps times the learning rate relative to the first one.`,
      provenance: rates.flatMap(({ learned }) => learned.map(({ digest }) => digest)),
      axis: { name: 'time', title: 'time (steps of the first learning rate)', scale: 'log' },
      value: { name: 'value', title: 'D(90°) / D(0°), or share of the loss', scale: 'log', shared: false },
      colours: 'categorical',
      legendTitle: '',
      panels: [
        {
          name: 'preference',
          lines: rates.map(({ rate, learned }) =>
            overTime(preferenceLine(rate.label, learned, confidence), rate),
          ),
        },
        {
          name: 'loss',
          lines: rates.map(({ rate, learned }) =>
            overTime(lossLine(rate.label, learned, rate.training.observeEvery), rate),
          ),
        },
      ],
    }),
  ];
}

function overTime(line: StepLine & { readonly x: readonly number[] }, { timePerStep }: Rate): StepLine {
  return { ...line, x: line.x.map((step) => step * timePerStep) };
}
