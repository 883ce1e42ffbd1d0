import { stepCurves, type Figure, type StepLine } from '@oblique/report';
import { overSeeds } from '@oblique/statistics';
import { preferenceItem, preferenceLine } from '../gratings-grid/preferenceDrawing.js';
import { preferenceAt } from '../gratings-grid/preference.js';
import { LAYERS, type LearnedDose } from './doses.js';
import type { DoseResponseParameters } from './doseResponseParameters.js';
import { powersOf, responsesOf } from './responses.js';

/** Every figure of the report, in its order. */
export function doseResponseFigures(
  doses: readonly LearnedDose[],
  parameters: DoseResponseParameters,
): Promise<Figure[]> {
  const provenance = doses.flatMap(({ learned }) => learned.map(({ digest }) => digest));
  return Promise.all([
    lineFigure(doses, parameters, provenance),
    learningFigure(doses, parameters, provenance),
    powerFigure(doses, parameters, provenance),
  ]);
}

/** The response over the dose. */
function lineFigure(
  doses: readonly LearnedDose[],
  parameters: DoseResponseParameters,
  provenance: readonly string[],
): Promise<Figure> {
  const { confidence } = parameters;
  const items = doses.map((each) => preferenceItem('', responsesOf(each, parameters), confidence));
  const prior = doses.map(({ dose }) => Math.exp(dose.logPriorRatio));
  return stepCurves({
    id: 'dose-response-line',
    title: 'Preference over the prior',
    caption: `D(90°)/D(0°) of the first layer over the last four fifths of the steps, geometric mean over seeds with ${100 * confidence} % intervals (Student), for priors from turned around to steep. Dashed: D ∝ p², which efficient coding predicts.`,
    provenance,
    axis: { name: 'priorRatio', title: 'p(90°) / p(0°), over the windows', scale: 'log', values: prior },
    value: { name: 'ratio', title: 'D(90°) / D(0°)', scale: 'log' },
    colours: 'categorical',
    legendTitle: '',
    theoryName: 'D ∝ p²',
    references: [
      { along: 'y', at: 1 },
      { along: 'x', at: 1 },
    ],
    panels: [
      {
        name: '',
        lines: [
          {
            name: 'network',
            values: items.map(({ effect }) => effect ?? NaN),
            low: items.map(({ low }) => low ?? NaN),
            high: items.map(({ high }) => high ?? NaN),
            theory: prior.map((ratio) => ratio ** 2),
          },
        ],
      },
    ],
  });
}

function learningFigure(
  doses: readonly LearnedDose[],
  { confidence }: DoseResponseParameters,
  provenance: readonly string[],
): Promise<Figure> {
  return stepCurves({
    id: 'dose-response-learning',
    title: 'Preference while learning, by the steepness of the prior',
    caption: `D(90°)/D(0°) of the first layer, geometric mean over seeds; bands hold ${100 * confidence} % (Student). Negative steepness: horizontal bars are the frequent ones.`,
    provenance,
    axis: { name: 'step', title: 'step', scale: 'log' },
    value: { name: 'ratio', title: 'D(90°) / D(0°)', scale: 'log' },
    colours: 'ordered',
    legendTitle: 'steepness',
    references: [{ along: 'y', at: 1 }],
    panels: [
      {
        name: '',
        lines: doses.map(({ dose, learned }) => preferenceLine(`${dose.steepness}`, learned, confidence)),
      },
    ],
  });
}

/** The power k of D ∝ p^k of every layer at every step. */
function powerFigure(
  doses: readonly LearnedDose[],
  { confidence }: DoseResponseParameters,
  provenance: readonly string[],
): Promise<Figure> {
  const steps = (doses[0]?.learned[0]?.steps ?? []).filter((step) => step > 0);
  const lineOf = (name: string, layer: number): StepLine => {
    const powers = steps.map((step) =>
      overSeeds(
        powersOf(doses, ({ byLayer }, seed) => {
          const one = byLayer[layer]?.[seed];
          return one === undefined ? NaN : preferenceAt(one, step);
        }).map(({ k }) => k),
        confidence,
      ),
    );
    return {
      name,
      values: powers.map(({ estimate }) => estimate),
      low: powers.map(({ interval }) => interval.low),
      high: powers.map(({ interval }) => interval.high),
    };
  };
  return stepCurves({
    id: 'dose-response-power',
    title: 'The power of the prior while learning',
    caption: `k of D ∝ p^k: slope of log D(90°)/D(0°) on log p(90°)/p(0°) over all priors; mean over seeds, bands hold ${100 * confidence} % (Student). Dotted: 2, of efficient coding that maximises information.`,
    provenance,
    axis: { name: 'step', title: 'step', scale: 'log', values: steps },
    value: { name: 'k', title: 'power k' },
    colours: 'ordered',
    legendTitle: 'layer',
    references: [
      { along: 'y', at: 0 },
      { along: 'y', at: 2 },
    ],
    panels: [{ name: '', lines: LAYERS.map(lineOf) }],
  });
}
