import { intervalPlot, stepCurves, type Figure } from '@oblique/report';
import { preferencesOnceLearned } from '../gratings-grid/preference.js';
import { lossLine, preferenceItem, preferenceLine } from '../gratings-grid/preferenceDrawing.js';
import type { RegimeParameters } from './regimeParameters.js';
import { observedEvery, type LearnedScale } from './scales.js';

/** Every figure of the report, in its order. */
export function regimeFigures(
  scales: readonly LearnedScale[],
  parameters: RegimeParameters,
): Promise<Figure[]> {
  const provenance = scales.flatMap(({ learned }) => learned.map(({ digest }) => digest));
  const { confidence, learnedShare } = parameters;
  const intervals = `geometric mean over seeds with ${100 * confidence} % intervals (Student)`;
  return Promise.all([
    learningFigure(scales, parameters, provenance),
    intervalPlot({
      id: 'regime-preference',
      title: 'Preference where equally much is learned',
      caption: `D(90°)/D(0°) of the first layer where the loss first is ${learnedShare} of chance's, ${intervals}. Without a mark: not reached in every seed.`,
      provenance,
      valueTitle: 'D(90°) / D(0°)',
      reference: 1,
      items: scales.map((each) =>
        preferenceItem(
          each.variant.label,
          preferencesOnceLearned(each.learned, learnedShare, observedEvery(parameters)),
          confidence,
        ),
      ),
    }),
    intervalPlot({
      id: 'regime-change',
      title: 'How far the weights of the first layer move',
      caption: `‖W(end) − W(0)‖ / ‖W(0)‖, ${intervals}. Far below 1, learning is lazy: the network stays near its linearisation.`,
      provenance,
      valueTitle: 'relative change of the weights',
      reference: 1,
      items: scales.map(({ variant, weightChange }) =>
        preferenceItem(variant.label, weightChange.map(Math.log), confidence),
      ),
    }),
  ]);
}

/** The preference over steps, and how much is left to learn meanwhile. */
function learningFigure(
  scales: readonly LearnedScale[],
  parameters: RegimeParameters,
  provenance: readonly string[],
): Promise<Figure> {
  const { confidence, learnedShare } = parameters;
  const window = observedEvery(parameters);
  return stepCurves({
    id: 'regime-learning',
    title: 'Preference for frequent orientations by initial scale',
    caption: `Left: D(90°)/D(0°) of the first layer, geometric mean over seeds; bands hold ${100 * confidence} % (Student). Right: loss, mean over seeds, as a share of that of chance; scales are compared where it first is ${learnedShare}.`,
    provenance,
    axis: { name: 'step', title: 'step', scale: 'log' },
    value: { name: 'value', title: 'D(90°) / D(0°), or share of the loss', scale: 'log', shared: false },
    colours: 'ordered',
    legendTitle: 'initial scale',
    panels: [
      {
        name: 'preference',
        lines: scales.map(({ variant, learned }) => preferenceLine(`${variant.scale}`, learned, confidence)),
      },
      {
        name: 'loss',
        lines: scales.map(({ variant, learned }) => lossLine(`${variant.scale}`, learned, window)),
      },
    ],
  });
}
