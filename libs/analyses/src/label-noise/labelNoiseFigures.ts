import { float64, int64 } from '@oblique/arrays';
import { labelRate, priorDensity } from '@oblique/datasets/gratings';
import { heatMap, intervalPlot, stepCurves, type Figure } from '@oblique/report';
import { overSeeds } from '@oblique/statistics';
import type { LearnedCohort } from './cohort.js';
import type { Condition } from './conditions.js';
import { effectiveFrequency, exponential, meanLogRatios } from './labelNoiseClaims.js';
import type { LabelNoiseParameters } from './labelNoiseParameters.js';
import { logRatios, onsetSteps } from './learnedGratings.js';

const ORIENTATION_TICKS = [0, 45, 90, 135, 180];

/** Every figure of the report, in its order. */
export function labelNoiseFigures(
  cohorts: readonly LearnedCohort[],
  conditions: readonly Condition[],
  parameters: LabelNoiseParameters,
): Promise<Figure[]> {
  const [mainBins] = parameters.bins;
  return Promise.all([
    ...parameters.bins.map((bins) =>
      heatMaps(bins === mainBins ? 'fig6' : `fig6-${bins}bins`, ofBins(cohorts, bins), parameters),
    ),
    frequencyFigure(conditions.filter(({ rateFactor }) => rateFactor === 1)),
    ratioFigure(cohorts, parameters),
    preferenceFigure(cohorts, parameters),
    onsetFigure(cohorts, parameters),
  ]);
}

export function ofBins(cohorts: readonly LearnedCohort[], bins: number): LearnedCohort[] {
  return cohorts.filter((cohort) => cohort.bins === bins);
}

/** D over orientation and step, a panel a condition; the arrays hold every seed. */
async function heatMaps(
  id: string,
  cohorts: readonly LearnedCohort[],
  parameters: LabelNoiseParameters,
): Promise<Figure> {
  const [first] = cohorts.flatMap(({ learned }) => learned);
  const { steps = [], orientationsDeg = [] } = first ?? {};
  const figure = await heatMap({
    id,
    title: `D of the first layer while it learns (Fig. 6b to d and controls, ${cohorts[0]?.bins} classes)`,
    caption:
      `Sensitivity to orientation of the ${Math.round(1024 * parameters.width)} units of the first hidden layer, ` +
      `geometric mean over ${parameters.seeds.length} seeds. White dots: where D first is ${parameters.onsetFactor} times ` +
      'its initial mean. In the arrays, conditions are counted in the order of the panels.',
    provenance: cohorts.flatMap(({ provenance }) => provenance),
    x: { name: 'step', title: 'step', values: steps },
    y: {
      name: 'orientationDeg',
      title: 'orientation (degrees)',
      values: orientationsDeg,
      ticks: ORIENTATION_TICKS,
    },
    value: { name: 'D', title: 'D of the first layer (per radian squared)', scale: 'log' },
    panels: cohorts.map((cohort) => ({
      name: cohort.condition.label,
      values: orientationsDeg.flatMap((_, orientation) =>
        steps.map((_step, step) =>
          geometricMean(cohort.learned.map(({ d }) => d[step]?.[orientation] ?? NaN)),
        ),
      ),
      marks: meanOnsets(cohort, parameters).map((x, index) => ({ x, y: orientationsDeg[index] ?? NaN })),
    })),
  });
  const d = cohorts.flatMap(({ learned }) => learned.flatMap((one) => one.d.flat()));
  return {
    ...figure,
    arrays: {
      condition: int64([cohorts.length], cohorts.keys()),
      seed: int64([parameters.seeds.length], parameters.seeds),
      step: int64([steps.length], steps),
      orientationDeg: float64([orientationsDeg.length], orientationsDeg),
      D: float64([cohorts.length, parameters.seeds.length, steps.length, orientationsDeg.length], d),
    },
  };
}

/** What each condition does to the frequencies, a panel each. */
function frequencyFigure(conditions: readonly Condition[]): Promise<Figure> {
  const angles = Array.from({ length: 91 }, (_, index) => 2 * index);
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  return stepCurves({
    id: 'fig6-frequency',
    title: 'How often orientations occur, keep their label, and teach',
    caption:
      'p π: density of orientations relative to uniform ones. σ: how often the label is kept. p σ π: what gradient descent ' +
      'sees, since an example without its label has no gradient. Only erasure makes it flat.',
    axis: { name: 'orientationDeg', title: 'orientation (degrees)', values: angles },
    value: { name: 'value', title: 'relative density, or probability' },
    legendTitle: '',
    colours: 'categorical',
    panels: conditions.map((condition) => ({
      name: condition.label,
      lines: [
        {
          name: 'p π',
          values: angles.map((angle) => Math.PI * priorDensity(condition.prior, radians(angle))),
        },
        {
          name: 'σ',
          values: angles.map((angle) => labelRate(condition.labelNoise, condition.prior, radians(angle))),
        },
        { name: 'p σ π', values: angles.map((angle) => Math.PI * effectiveFrequency(condition, angle)) },
      ],
    })),
  });
}

/** Preference for 90° over 0° step by step. */
function ratioFigure(
  cohorts: readonly LearnedCohort[],
  { bins, halfWidth, confidence, fromStep }: LabelNoiseParameters,
): Promise<Figure> {
  return stepCurves({
    id: 'fig6-ratio',
    title: 'Preference for frequent orientations while learning',
    caption:
      `D within ±${halfWidth}° of 90° over that of 0°, geometric mean over seeds; bands hold ${100 * confidence} % ` +
      `(Student). Vertical bars (90°) are three times as frequent as horizontal ones in c, d and erasure. Claims are ` +
      `about steps from ${fromStep} on (dashed).`,
    provenance: cohorts.flatMap(({ provenance }) => provenance),
    axis: { name: 'step', title: 'step', values: cohorts[0]?.learned[0]?.steps ?? [] },
    value: { name: 'ratio', title: 'D(90°) / D(0°)', scale: 'log' },
    legendTitle: '',
    colours: 'categorical',
    references: [
      { along: 'y', at: 1 },
      { along: 'x', at: fromStep },
    ],
    panels: bins.map((count) => ({
      name: bins.length === 1 ? '' : `${count} classes`,
      lines: ofBins(cohorts, count).map(({ condition, learned }) => {
        const perSeed = learned.map((one) => logRatios(one, halfWidth));
        const ratios = (learned[0]?.steps ?? []).map((_, step) =>
          exponential(
            overSeeds(
              perSeed.map((values) => values[step] ?? NaN),
              confidence,
            ),
          ),
        );
        return {
          name: condition.label,
          values: ratios.map(({ estimate }) => estimate),
          low: ratios.map(({ interval }) => interval.low),
          high: ratios.map(({ interval }) => interval.high),
        };
      }),
    })),
  });
}

/** The same averaged over steps. */
function preferenceFigure(
  cohorts: readonly LearnedCohort[],
  parameters: LabelNoiseParameters,
): Promise<Figure> {
  const { confidence, fromStep, bins } = parameters;
  return intervalPlot({
    id: 'fig6-preference',
    title: 'Preference for frequent orientations, over all steps',
    caption: `D(90°)/D(0°), geometric mean over steps from ${fromStep} on and over seeds, with ${100 * confidence} % intervals (Student).`,
    provenance: cohorts.flatMap(({ provenance }) => provenance),
    valueTitle: 'D(90°) / D(0°)',
    reference: 1,
    items: cohorts.map((cohort) => {
      const { estimate, interval } = exponential(overSeeds(meanLogRatios(cohort, parameters), confidence));
      const name =
        bins.length === 1 ? cohort.condition.label : `${cohort.condition.label}, ${cohort.bins} classes`;
      return { name, effect: estimate, low: interval.low, high: interval.high };
    }),
  });
}

/** When each orientation is learned. */
function onsetFigure(cohorts: readonly LearnedCohort[], parameters: LabelNoiseParameters): Promise<Figure> {
  const { bins, onsetFactor, steps } = parameters;
  return stepCurves({
    id: 'fig6-onset',
    title: 'When each orientation is learned',
    caption:
      `Step at which D first is ${onsetFactor} times its initial mean, mean over seeds; not drawn where a seed never gets ` +
      `there in ${steps} steps.`,
    provenance: cohorts.flatMap(({ provenance }) => provenance),
    axis: {
      name: 'orientationDeg',
      title: 'orientation (degrees)',
      values: cohorts[0]?.learned[0]?.orientationsDeg ?? [],
    },
    value: { name: 'onsetStep', title: 'step of onset' },
    legendTitle: '',
    colours: 'categorical',
    panels: bins.map((count) => ({
      name: bins.length === 1 ? '' : `${count} classes`,
      lines: ofBins(cohorts, count).map((cohort) => ({
        name: cohort.condition.label,
        values: meanOnsets(cohort, parameters),
      })),
    })),
  });
}

/** By orientation; NaN where a seed never gets there. */
function meanOnsets({ learned }: LearnedCohort, { onsetFactor }: LabelNoiseParameters): number[] {
  const onsets = learned.map((one) => onsetSteps(one, onsetFactor));
  return (onsets[0] ?? []).map((_, orientation) => {
    const sum = onsets.reduce((total, seed) => total + (seed[orientation] ?? NaN), 0);
    return Number.isFinite(sum) ? sum / onsets.length : NaN;
  });
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
