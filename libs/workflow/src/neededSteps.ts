import type { ArtifactRef, Json } from '@oblique/artifacts';
import type { NeededSteps, StepResult } from './step.js';

/** The view that the step `reader` has of the steps before it: only those in `needs`. */
export function neededSteps(
  reader: string,
  needs: readonly string[],
  finished: ReadonlyMap<string, StepResult>,
): NeededSteps {
  const find = (id: string): StepResult => {
    const result = needs.includes(id) ? finished.get(id) : undefined;
    if (result === undefined) {
      throw new Error(
        `Step "${reader}" reads step "${id}", which it does not need; it needs: ${needs.join(', ') || 'none'}.`,
      );
    }
    return result;
  };
  return {
    results: (id) => find(id).results,
    result: (id, kind) => onlyOfKind(id, kind, find(id).results),
    value: <V>(id: string, decode: (value: Json) => V): V => decode(find(id).value ?? null),
  };
}

function onlyOfKind(id: string, kind: string, results: readonly ArtifactRef[]): ArtifactRef {
  const [first, ...others] = results.filter((result) => result.kind === kind);
  if (first === undefined || others.length > 0) {
    const kinds = results.map((result) => result.kind).join(', ') || 'nothing';
    throw new Error(`Step "${id}" was expected to give exactly one "${kind}"; it gave: ${kinds}.`);
  }
  return first;
}
