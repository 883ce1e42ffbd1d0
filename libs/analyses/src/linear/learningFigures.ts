import { float64, type NdArray } from '@oblique/arrays';
import { intervalPlot, stepCurves, type Figure, type StepLine } from '@oblique/report';
import { overSeeds } from '@oblique/statistics';
import { gapsOf, sharpnessOf } from './linearClaims.js';
import type { LinearParameters } from './linearParameters.js';
import type { RunResult } from './linearResults.js';
import { theoreticalCurve } from './learningCurves.js';
import { isSquared, networksOf, oneMatrix } from './network.js';
import { spectrumFit } from './spectrum.js';

/** What a step is, as the axes say it. */
export const STEP_TITLE = 'step (updates of the weights)';
const STEP_AXIS = { name: 'step', title: STEP_TITLE };
const HALF = { along: 'y', at: 0.5, label: 'half learned' } as const;
/** Components drawn where the panels are small. */
const FEW = [0, 1, 2, 4, 8, 16, 32];

/** Fig. 5b: the spectrum. */
export async function spectrumFigure({ record, digest }: RunResult): Promise<Figure> {
  const { variance } = record;
  const fit = spectrumFit(variance);
  const index = variance.map((_, component) => component + 1);
  const figure = await stepCurves({
    id: 'fig5b',
    title: 'Variance of the principal components (Fig. 5b)',
    caption: `Variance of every component over its index, from 1. Dashed: the power law fitted from the tenth component to the ${fit.last}th, exponent ${fit.exponent.toFixed(3)}. The paper shows singular values, whose exponent is half of this.`,
    provenance: [digest],
    axis: { name: 'component', title: 'component (index from 1)', scale: 'log', values: index },
    value: { name: 'variance', title: 'variance λ', scale: 'log' },
    colours: 'categorical',
    legendTitle: 'patches',
    theoryName: 'power law',
    panels: [
      {
        name: '',
        lines: [
          {
            name: 'variance',
            values: variance,
            theory: index.map((k) => (k < 10 || k > fit.last ? NaN : fit.factor * k ** fit.exponent)),
          },
        ],
      },
    ],
  });
  return { ...figure, arrays: { variance: vector(variance) } };
}

/** Fig. 5c: how much of each component the one matrix has learned, with theory. */
export async function learnedFigure(result: RunResult): Promise<Figure> {
  const { record, sigma, times, theory, run, digest } = result;
  const figure = await stepCurves({
    id: 'fig5c',
    title: 'Proportion learned of each principal component (Fig. 5c)',
    caption: `${run.network.label}, seed ${run.seed}: uᵀMu of the product M for the first ${sigma.length} components. Dashed: eq. 7 with the component's variance and its σ(0), nothing fitted.`,
    provenance: [digest],
    axis: { ...STEP_AXIS, values: record.steps },
    value: { name: 'learned', title: 'proportion learned' },
    colours: 'ordered',
    legendTitle: 'component',
    references: [HALF],
    panels: [{ name: '', lines: sigma.map((_, component) => componentLine(result, component)) }],
  });
  const shape = [sigma.length, record.steps.length];
  return {
    ...figure,
    arrays: {
      step: vector(record.steps),
      learned: float64(shape, sigma.flat()),
      learnedTheory: float64(
        shape,
        sigma.flatMap((_, component) => theoreticalCurve(result, component)),
      ),
      variance: vector(record.variance.slice(0, sigma.length)),
      halfTimeSteps: vector(times.t50),
      halfTimeTheorySteps: vector(theory.t50),
    },
  };
}

/** Half-times against theory, a panel a network. */
export async function halfTimesFigure(
  parameters: LinearParameters,
  results: readonly RunResult[],
): Promise<Figure> {
  const { judged } = parameters;
  const shown = results.filter(({ run }) => run.kind === 'main');
  return stepCurves({
    id: 'fig5c-half-times',
    title: 'Half-times, measured and by theory',
    caption: `Updates until half of each of the first ${judged} components is learned, against eq. 7. Points on the line agree. Above two matrices σ(0) is one fitted number; otherwise nothing is fitted. Components that did not get there are left out.`,
    provenance: shown.map(({ digest }) => digest),
    axis: { name: 'halfTimeTheorySteps', title: 'half-time by eq. 7 (updates)', scale: 'log' },
    value: { name: 'halfTimeSteps', title: 'half-time measured (updates)', scale: 'log' },
    colours: 'categorical',
    legendTitle: 'seed',
    references: [{ along: 'identity' }],
    panels: networksOf(parameters).map((network) => ({
      name: network.label,
      lines: shown
        .filter(({ run }) => run.network.slug === network.slug)
        .map(({ run, times, theory }) => ({
          name: `seed ${run.seed}`,
          points: true,
          x: theory.t50.slice(0, judged),
          values: times.t50.slice(0, judged),
        })),
    })),
  });
}

/** Networks from aligned weights with theory. */
export async function alignedFigure(results: readonly RunResult[]): Promise<Figure> {
  const aligned = results.filter(({ run }) => run.kind === 'aligned');
  return stepCurves({
    id: 'fig5c-aligned',
    title: 'Learning from weights aligned with the components',
    caption:
      'σ of some components where the weights start along the components and every batch is all patches. Dashed: eq. 7. What remains of a difference is that an update is not infinitely small; the claim compares with the discrete updates.',
    provenance: aligned.map(({ digest }) => digest),
    axis: STEP_AXIS,
    value: { name: 'learned', title: 'proportion learned' },
    colours: 'ordered',
    legendTitle: 'component',
    panels: aligned.map((result) => ({
      name: result.run.network.label,
      lines: few(result).map((component) => ({
        ...componentLine(result, component),
        x: result.record.steps,
      })),
    })),
  });
}

/** The gap between half-times and theory over the initial weights. */
export async function gapFigure(
  parameters: LinearParameters,
  results: readonly RunResult[],
): Promise<readonly Figure[]> {
  const gaps = gapsOf(parameters, results);
  if (gaps.length < 2) return [];
  return [
    await stepCurves({
      id: 'fig5c-gap',
      title: 'Gap between half-times and theory over the initial weights',
      caption:
        "Tied WᵀW: median relative difference of half-times from eq. 7, over the components that were half learned from every size, a line a seed. The size is relative to that of the authors' code.",
      provenance: results.filter(({ run }) => run.kind === 'sweep').map(({ digest }) => digest),
      axis: {
        name: 'initialFactor',
        title: "initial weights relative to the code's",
        scale: 'log',
        values: parameters.sweepFactors,
      },
      value: { name: 'relativeError', title: 'median relative difference of half-times' },
      colours: 'categorical',
      legendTitle: 'seed',
      panels: [
        {
          name: '',
          lines: parameters.seeds.map((seed, index) => ({
            name: `seed ${seed}`,
            values: gaps.map((each) => each[index] ?? NaN),
          })),
        },
      ],
    }),
  ];
}

/** SI Fig. 2: some components in networks of every depth. */
export async function depthFigure(
  parameters: LinearParameters,
  results: readonly RunResult[],
): Promise<Figure> {
  const shown = firstSeeds(parameters, results);
  return stepCurves({
    id: 'si2',
    title: 'Learning by depth (SI Fig. 2)',
    caption: `Some components in the first seed of every network. Dashed: eq. 7. ${shown.some(({ run }) => isSquared(run.network, parameters)) ? 'Deep networks as the code plots them: uᵀMMᵀu, the square.' : 'uᵀMu of the product M.'}`,
    provenance: shown.map(({ digest }) => digest),
    axis: STEP_AXIS,
    value: { name: 'learned', title: 'proportion learned', domain: [-0.05, 1.1] },
    colours: 'ordered',
    legendTitle: 'component',
    references: [{ along: 'y', at: 0.5 }],
    panels: shown.map((result) => {
      const shape = isSquared(result.run.network, parameters) ? (value: number) => value ** 2 : Number;
      return {
        name: result.run.network.label,
        lines: few(result).map((component) => {
          const { name, values, theory = [] } = componentLine(result, component);
          const x = result.record.steps;
          return { name, x, values: Array.from(values, shape), theory: Array.from(theory, shape) };
        }),
      };
    }),
  });
}

/** Sharpness index of every network, with its interval over seeds. */
export async function sharpnessFigure(
  parameters: LinearParameters,
  results: readonly RunResult[],
): Promise<Figure> {
  const main = results.filter(({ run }) => run.kind === 'main');
  return intervalPlot({
    id: 'si2-sharpness',
    title: 'Sharpness of learning by depth (SI Fig. 2)',
    caption:
      '(t90 − t10) / t50 of what is plotted as learned, median over components, mean over seeds with Student’s interval. The smaller, the more like a step; 0 is a step.',
    provenance: main.map(({ digest }) => digest),
    valueTitle: 'sharpness index (t90 − t10) / t50',
    reference: 0,
    items: networksOf(parameters).map(({ slug, label }) => {
      const values = main
        .filter(({ run }) => run.network.slug === slug)
        .map((run) => sharpnessOf(run, parameters.judged))
        .filter(Number.isFinite);
      if (values.length === 0) return { name: label, effect: null };
      const { estimate, interval } = overSeeds(values, parameters.confidence);
      return { name: label, effect: estimate, low: interval.low, high: interval.high };
    }),
  });
}

/** The first seed of every network. */
export function firstSeeds(
  parameters: LinearParameters,
  results: readonly RunResult[],
): readonly RunResult[] {
  return results.filter(({ run }) => run.kind === 'main' && run.seed === parameters.seeds[0]);
}

/** The first seed of what the protocol calls one matrix. */
export function shownResult(parameters: LinearParameters, results: readonly RunResult[]): RunResult {
  const found = firstSeeds(parameters, results).find(({ run }) => run.network === oneMatrix(parameters));
  if (found === undefined) throw new Error('There is no training of one matrix.');
  return found;
}

/** Components that are shown where panels are small. */
export function few({ sigma }: RunResult): number[] {
  return FEW.filter((component) => component < sigma.length);
}

/** σ of a component, with theory. */
export function componentLine(result: RunResult, component: number): StepLine {
  return {
    name: `component ${component + 1}`,
    values: result.sigma[component] ?? [],
    theory: theoreticalCurve(result, component),
  };
}

function vector(values: readonly number[]): NdArray {
  return float64([values.length], values);
}
