import { intervalPlot, stepCurves, type Figure } from '@oblique/report';
import { preferencesOnceLearned } from '../gratings-grid/preference.js';
import { lossLine, preferenceItem, preferenceLine } from '../gratings-grid/preferenceDrawing.js';
import type { DepthParameters } from './depthParameters.js';
import { observedEvery, type LearnedDepth } from './depths.js';

/** Every figure of the report, in its order. */
export function depthFigures(
  depths: readonly LearnedDepth[],
  parameters: DepthParameters,
): Promise<Figure[]> {
  const { confidence, learnedShare } = parameters;
  const provenance = depths.flatMap(({ first }) => first.map(({ digest }) => digest));
  const window = observedEvery(parameters);
  return Promise.all([
    stepCurves({
      id: 'depth-learning',
      title: 'Preference for frequent orientations by depth',
      caption: `Left and middle: D(90°)/D(0°), geometric mean over seeds; bands hold ${100 * confidence} % (Student). Right: loss, mean over seeds, as a share of that of chance; depths are compared where it first is ${learnedShare}.`,
      provenance,
      axis: { name: 'step', title: 'step', scale: 'log' },
      value: { name: 'value', title: 'D(90°) / D(0°), or share of the loss', scale: 'log', shared: false },
      colours: 'ordered',
      legendTitle: 'hidden layers',
      panels: [
        {
          name: 'first layer',
          lines: depths.map(({ variant, first }) => preferenceLine(`${variant.depth}`, first, confidence)),
        },
        {
          name: 'last layer',
          lines: depths.map(({ variant, last }) => preferenceLine(`${variant.depth}`, last, confidence)),
        },
        {
          name: 'loss',
          lines: depths.map(({ variant, first }) => lossLine(`${variant.depth}`, first, window)),
        },
      ],
    }),
    intervalPlot({
      id: 'depth-preference',
      title: 'Preference where equally much is learned, by depth',
      caption: `D(90°)/D(0°) where the loss first is ${learnedShare} of chance's, geometric mean over seeds with ${100 * confidence} % intervals (Student). Without a mark: not reached in every seed.`,
      provenance,
      valueTitle: 'D(90°) / D(0°)',
      reference: 1,
      items: (['first', 'last'] as const).flatMap((layer) =>
        depths.map((each) =>
          preferenceItem(
            `${each.variant.label}: ${layer} layer`,
            preferencesOnceLearned(each[layer], learnedShare, window),
            confidence,
          ),
        ),
      ),
    }),
  ]);
}
