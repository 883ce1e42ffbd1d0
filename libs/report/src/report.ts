import type { Claim } from './claim.js';
import type { Figure } from './figure.js';

/** A value as JSON holds it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A reference to stored bytes, as the artifact store gives it. */
export interface ArtifactReference {
  /** `sha256:…` */
  readonly digest: string;
  readonly kind: string;
  readonly sizeBytes: number;
}

/** One step of the run: what was done to what, and what came out. */
export interface ProvenanceStep {
  readonly step: string;
  readonly version: string;
  readonly parameters: Json;
  readonly inputs: readonly ArtifactReference[];
  readonly output: ArtifactReference;
  /** Whether the result of an earlier run was used again. */
  readonly reused?: boolean;
  readonly durationSeconds?: number;
}

/** Where a network's weights come from; everything but `trained` is said so wherever the network appears. */
export type NetworkOrigin = 'trained' | 'untrained' | 'shuffled' | 'synthetic' | 'unknown';

/** One network of the report. */
export interface ReportNetwork {
  readonly name: string;
  readonly origin: NetworkOrigin;
  /** Architecture, data, licence: whatever a reader should know, in a sentence. */
  readonly description: string;
  /** Digest of its program. */
  readonly digest?: string;
  readonly layers?: number;
}

/** What one analysis found. */
export interface ReportSection {
  /** Name of the analysis, such as `orientation`. */
  readonly name: string;
  readonly title: string;
  /** What was asked and what came out, in a few sentences. */
  readonly summary: string;
  readonly parameters: Readonly<Record<string, Json>>;
  /** Every seed by what it was used for. */
  readonly seeds: Readonly<Record<string, Json>>;
  readonly networks: readonly ReportNetwork[];
  readonly claims: readonly Claim[];
  readonly figures: readonly Figure[];
  /** How the numbers were made, one paragraph each. */
  readonly methods: readonly string[];
}

/** Everything that a run's report says; `buildReport` turns it into files. */
export interface Report {
  readonly title: string;
  /** Name of what was run: an analysis, or several as one. */
  readonly analysis: string;
  /** As the run was asked for. */
  readonly parameters: Readonly<Record<string, Json>>;
  /** One an analysis, in the order in which they are read. */
  readonly sections: readonly ReportSection[];
  readonly provenance: readonly ProvenanceStep[];
  /** Versions by name: node, oblique, onnxruntime, … */
  readonly versions: Readonly<Record<string, string>>;
  /** Hardware by part: processor, cores, memory, device, … */
  readonly hardware: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationSeconds: number;
  readonly runId?: string;
}
