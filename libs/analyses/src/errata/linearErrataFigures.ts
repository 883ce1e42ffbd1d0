import { stepCurves, type Figure, type StepLine } from '@oblique/report';
import { lineFit } from '@oblique/statistics';
import { acuityGrowth } from '../linear/acuityGrowth.js';
import { componentLine, few, firstSeeds, shownResult, STEP_TITLE } from '../linear/learningFigures.js';
import type { LinearParameters } from '../linear/linearParameters.js';
import type { RunResult } from '../linear/linearResults.js';
import { median } from '../linear/numbers.js';
import { acuitySeries } from '../linear/thresholds.js';

/** Pictures of E.2, E.3 and E.5, from the first seed. */
export async function linearErrataFigures(
  parameters: LinearParameters,
  results: readonly RunResult[],
): Promise<Figure[]> {
  const tied = shownResult(parameters, results);
  return [
    await rateFigure(parameters, tied),
    ...(await acuityFigure(parameters, tied)),
    await tiedFigure(firstSeeds(parameters, results)),
  ];
}

function rateFigure({ judged }: LinearParameters, { record, times, theory, digest }: RunResult) {
  const variance = record.variance.slice(0, judged);
  const measured = times.t50.slice(0, judged);
  const byVariance = theory.t50.slice(0, judged);
  const shape = byVariance.map((time, index) => time * Math.sqrt(variance[index] ?? NaN));
  const factor = median(measured.map((time, index) => time / (shape[index] ?? NaN)));
  return stepCurves({
    id: 'errata-rate',
    title: 'E.2: half-times against the variance of the components',
    caption: `WᵀW, first seed: updates until half of each of the first ${judged} components is learned. By the variance λ, eq. 7 with nothing fitted; by the standard deviation √λ, as the text says, times the one factor that suits it best.`,
    provenance: [digest],
    axis: { name: 'variance', title: 'variance λ of the component', scale: 'log', values: variance },
    value: { name: 'halfTimeSteps', title: 'half-time (updates)', scale: 'log' },
    colours: 'categorical',
    legendTitle: 'half-time',
    panels: [
      {
        name: '',
        lines: [
          { name: 'measured', points: true, values: measured },
          { name: 'by variance λ', values: byVariance },
          { name: 'by deviation √λ', values: shape.map((time) => factor * time) },
        ],
      },
    ],
  });
}

async function acuityFigure(
  parameters: LinearParameters,
  { record, digest }: RunResult,
): Promise<readonly Figure[]> {
  const growth = acuityGrowth(record, acuitySeries(parameters));
  if (growth === undefined) return [];
  const { steps, acuity, linear, squared, exponent } = growth;
  const withLine = (values: readonly number[]): StepLine => {
    const { intercept, slope } = lineFit(steps, values);
    return { name: 'WᵀW', values, theory: steps.map((step) => intercept + slope * step) };
  };
  return [
    await stepCurves({
      id: 'errata-acuity',
      title: 'E.3: acuity over training, and its square, which the code plots',
      caption: `First seed. Dashed: straight lines, which explain ${linear.toFixed(3)} of the variance of acuity and ${squared.toFixed(3)} of that of its square; acuity ~ updates^${exponent.toFixed(2)}. The code labels the square as acuity, and scales its axis of epochs by 100/64, which is not done here.`,
      provenance: [digest],
      axis: { name: 'step', title: STEP_TITLE, values: steps },
      value: { name: 'acuity', title: 'acuity (cycles/pixel), or its square', shared: false },
      colours: 'categorical',
      legendTitle: 'network',
      theoryName: 'straight line',
      panels: [
        { name: 'acuity (text)', lines: [withLine(acuity)] },
        { name: 'acuity squared (code)', lines: [withLine(acuity.map((value) => value ** 2))] },
      ],
    }),
  ];
}

function tiedFigure(results: readonly RunResult[]) {
  return stepCurves({
    id: 'errata-tied',
    title: 'E.5: one matrix W (text) and WᵀW (code)',
    caption:
      'σ of some components over training, first seed, from the same initial size of the weights. Dashed: eq. 7 with N = 1 and N = 2. Only WᵀW is sigmoidal.',
    provenance: results.map(({ digest }) => digest),
    axis: { name: 'step', title: STEP_TITLE },
    value: { name: 'learned', title: 'proportion learned' },
    colours: 'ordered',
    legendTitle: 'component',
    panels: results.map((result) => ({
      name: result.run.network.label,
      lines: few(result).map((component) => ({
        ...componentLine(result, component),
        x: result.record.steps,
      })),
    })),
  });
}
