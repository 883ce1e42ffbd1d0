import { parseDigest, type ArtifactRef, type ArtifactStore, type Json } from '@oblique/artifacts';
import { buildReport, type Report } from '@oblique/report';
import type { StepResult } from '@oblique/workflow';
import { z } from 'zod';

/** A file of a report, in the store. */
export interface ReportFile {
  /** e.g. "report.html", "figures/fig2c.svg". */
  readonly path: string;
  readonly artifact: ArtifactRef;
}

const filesSchema = z.object({
  files: z.array(z.object({ path: z.string(), digest: z.string(), kind: z.string(), sizeBytes: z.number() })),
});

/** Builds the report and puts each of its files into the store: what the report step of a plan gives. */
export async function storeReport(store: ArtifactStore, report: Report): Promise<StepResult> {
  const files: ReportFile[] = [];
  for (const [path, bytes] of await buildReport(report)) {
    const artifact = await store.put(kindOf(path), bytes, {
      step: 'orchestrator.report',
      version: '1',
      parameters: { analysis: report.analysis, path },
      inputs: [],
    });
    files.push({ path, artifact });
  }
  const value = {
    files: files.map(({ path, artifact: { digest, kind, sizeBytes } }) => ({
      path,
      digest,
      kind,
      sizeBytes,
    })),
  };
  return { results: files.map(({ artifact }) => artifact), value };
}

/** The files that a report step gave. */
export function readReportFiles(value: Json | undefined): ReportFile[] {
  return filesSchema.parse(value).files.map(({ path, digest, kind, sizeBytes }) => ({
    path,
    artifact: { digest: parseDigest(digest), kind, sizeBytes },
  }));
}

function kindOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return path.startsWith('figures/') ? `figure${name.slice(name.lastIndexOf('.'))}` : name;
}
