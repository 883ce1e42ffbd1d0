import type { Json } from '@oblique/artifacts';
import type { ReportSection } from '@oblique/report';
import type { NeededSteps, Step } from '@oblique/workflow';
import { z } from 'zod';
import type { Analysis, Plan } from '../analysis.js';
import { hardware } from '../hardware.js';
import { productVersion } from '../productVersion.js';
import { provenanceOf } from '../provenanceOf.js';
import { storeReport } from '../reportFiles.js';

/** The id of the step that writes a run's report. */
export const REPORT = 'report';

/** The run that a report tells of. */
export interface RunContext {
  readonly id: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** What a report is about. */
export interface ReportedRun {
  readonly name: string;
  readonly title: string;
  readonly parameters: { readonly [name: string]: Json };
  readonly parts: readonly {
    readonly analysis: Analysis;
    readonly parameters: { readonly [name: string]: Json };
    readonly plan: Plan;
  }[];
}

/** The report of a run. It tells when it ran, so it is built anew for every run, from results that are not. */
export function reportStep({ name, title, parameters, parts }: ReportedRun, run: RunContext): Step {
  const needs = parts.flatMap(({ plan }) => plan.steps.map(({ id }) => id));
  return {
    id: REPORT,
    description: 'writing the report',
    step: 'orchestrator.report',
    version: '1',
    parameters,
    needs,
    cost: 1,
    volatile: true,
    run: async ({ store, needed, signal, progress }) => {
      const sections: ReportSection[] = [];
      for (const { analysis, parameters: own, plan } of parts) {
        const findings = await plan.findings({ store, needed, signal });
        signal.throwIfAborted();
        sections.push({ name: analysis.name, title: analysis.title, parameters: own, ...findings });
        progress({
          stage: 'writing the report',
          done: sections.length,
          total: parts.length,
          unit: 'sections',
        });
      }
      const shown = sections.flatMap(({ claims, figures }) => [...claims, ...figures]);
      const digests = new Set(shown.flatMap(({ provenance = [] }) => provenance));
      return storeReport(store, {
        title,
        analysis: name,
        parameters,
        sections,
        provenance: await provenanceOf(store, digests),
        versions: { oblique: productVersion(), ...executorsOf(needs, needed), node: process.versions.node },
        hardware: hardware(),
        startedAt: run.startedAt,
        durationSeconds: Math.max(0, (Date.now() - Date.parse(run.startedAt)) / 1000),
        runId: run.id,
      });
    },
  };
}

const computed = z.object({ executor: z.string(), device: z.string() });

/** What computed: every step that runs a network tells its executor and device. */
function executorsOf(ids: readonly string[], needed: NeededSteps): Record<string, string> {
  const used = ids.flatMap((id) => needed.value(id, (value) => computed.safeParse(value).data ?? []));
  return {
    executor: [...new Set(used.map(({ executor }) => executor))].join(', '),
    device: [...new Set(used.map(({ device }) => device))].join(', '),
  };
}
