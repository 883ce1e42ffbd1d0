import { canonicalJson, sha256, type Json } from '@oblique/artifacts';
import type { Step, StepResult } from './step.js';

/**
 * Key of a step: 64 hexadecimal digits, the SHA-256 of the canonical JSON of its kind, its version, what computes
 * it, its parameters and what each step that it needs gave. Facts that differ from one computation to the next (how long it took, when)
 * are no part of it, nor are ids and descriptions: two workflows share a step whatever they call it.
 */
export function stepKey(
  step: Pick<Step, 'step' | 'version' | 'needs'>,
  revision: string | null,
  parameters: Json,
  finished: ReadonlyMap<string, StepResult>,
): string {
  const needs = step.needs.map((id): Json => {
    const result = finished.get(id);
    if (result === undefined) throw new Error(`Step "${id}" has not finished: no key can be made from it.`);
    return {
      results: result.results.map(({ digest, kind }) => ({ digest, kind })),
      value: sha256(encode(result.value ?? null)),
    };
  });
  const identity: Json = { step: step.step, version: step.version, revision, parameters, needs };
  return sha256(encode(identity)).slice('sha256:'.length);
}

function encode(value: Json): Uint8Array {
  return new TextEncoder().encode(canonicalJson(value));
}
