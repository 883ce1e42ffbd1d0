import type { NeededSteps, Step } from '@oblique/workflow';
import type { Plan } from './analysis.js';
import type { PreparedRun, Runnable } from './runnable.js';
import type { Services } from './services.js';
import { REPORT, reportStep, type RunContext } from './steps/reportStep.js';
import { computedBy } from './steps/computedBy.js';
import { retryingStep } from './steps/retryingStep.js';

/** The steps of a run; the one called `reportStep` gives the report's files (see `readReportFiles`). */
export interface RunPlan {
  readonly steps: readonly Step[];
  readonly reportStep: string;
}

/** All steps of a run's analyses, and the report that tells of them. */
export function planRun(
  { name, title }: Runnable,
  { parameters, parts }: PreparedRun,
  services: Services,
  run: RunContext,
): RunPlan {
  const planned = parts.map(({ analysis, prepared }) => {
    const plan = prepared.plan(services);
    return {
      analysis,
      parameters: prepared.parameters,
      plan: parts.length === 1 ? plan : within(analysis.name, plan),
    };
  });
  const steps = planned.flatMap(({ plan }) => plan.steps);
  const report = reportStep({ name, title, parameters, parts: planned }, run);
  return {
    steps: [...steps, report].map((step) => retryingStep(computedBy(services, step))),
    reportStep: REPORT,
  };
}

/** A plan whose steps have ids of their own beside those of other plans. */
function within(prefix: string, { steps, findings }: Plan): Plan {
  const idOf = (id: string): string => `${prefix}/${id}`;
  const translated = (needed: NeededSteps): NeededSteps => ({
    results: (id) => needed.results(idOf(id)),
    result: (id, kind) => needed.result(idOf(id), kind),
    value: (id, decode) => needed.value(idOf(id), decode),
  });
  return {
    steps: steps.map((step) => {
      const { parameters } = step;
      return {
        ...step,
        id: idOf(step.id),
        needs: step.needs.map(idOf),
        parameters:
          typeof parameters === 'function' ? (needed) => parameters(translated(needed)) : parameters,
        run: (context) => step.run({ ...context, needed: translated(context.needed) }),
      };
    }),
    findings: (context) => findings({ ...context, needed: translated(context.needed) }),
  };
}
