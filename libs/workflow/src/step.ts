import type { ArtifactRef, ArtifactStore, Json } from '@oblique/artifacts';

/** What a step leaves behind: artifacts, and a small value that later steps read and that is part of their key. */
export interface StepResult {
  readonly results: readonly ArtifactRef[];
  /** `null` where left out. */
  readonly value?: Json;
}

/** The finished steps that a step declared in `needs`; asking for any other throws. */
export interface NeededSteps {
  results(id: string): readonly ArtifactRef[];
  /** The step's only result of this kind. */
  result(id: string, kind: string): ArtifactRef;
  /** The step's value, through a decoder that throws where it is not what is expected. */
  value<V>(id: string, decode: (value: Json) => V): V;
}

/** A step's own account of how far it has come. */
export interface StepProgress {
  /** What is being done, for people; the step's description where left out. */
  readonly stage?: string;
  readonly done: number;
  readonly total: number;
  /** What is counted, e.g. "stimuli". */
  readonly unit: string;
  /** Units a second, where the step knows better than its reports tell. */
  readonly ratePerSecond?: number;
}

export interface StepContext {
  readonly store: ArtifactStore;
  /** Aborted when nobody waits for the step any more: stop soon, leaving nothing half done. */
  readonly signal: AbortSignal;
  /** The parameters that entered the key: read them here, never from outside. */
  readonly parameters: Json;
  readonly needed: NeededSteps;
  progress(progress: StepProgress): void;
}

/**
 * One node of a workflow. Its key is the SHA-256 of (step, version, revision, parameters, what the needed steps gave), so
 * **everything that can change the result must stand in `parameters` or come from `needs`**; `id`, `description` and
 * `cost` must not change it.
 */
export interface Step {
  /** Unique within the workflow, e.g. "measure resnet18 seed 0". */
  readonly id: string;
  /** For people. */
  readonly description: string;
  /** The kind of work, e.g. "serving.measure-sensitivity". */
  readonly step: string;
  /** Raised when the same inputs would give another result. */
  readonly version: string;
  /** Parameters, or how they follow from the steps that are needed. */
  readonly parameters: Json | ((needed: NeededSteps) => Json);
  /** Ids of the steps that must have finished before; their order is part of the key. */
  readonly needs: readonly string[];
  /** Expected work for the time left, 1 being about half a second of one core; 1 where left out. */
  readonly cost?: number;
  /**
   * True for a question whose answer can change, such as which program a name means now: it is asked anew in every
   * run, and its answer, not the question, decides what later steps can take from earlier runs.
   */
  readonly volatile?: boolean;
  /**
   * What computes the step, as it says itself, e.g. its version, executor and device; part of the key. Asked before the
   * key is made, and again when the step has been computed: what changed meanwhile is not remembered. Left out: nothing
   * but the parameters decides the result.
   */
  readonly revision?: (signal: AbortSignal) => Promise<string>;
  run(context: StepContext): Promise<StepResult>;
}
