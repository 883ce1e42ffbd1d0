import type { Step } from './step.js';

/** The steps do not form a graph that can be run. */
export class InvalidWorkflowError extends Error {
  override readonly name = 'InvalidWorkflowError';
}

/**
 * Checks that ids are unique, that every needed step exists and that no step waits for itself.
 * @throws InvalidWorkflowError naming the steps at fault.
 */
export function checkWorkflow(steps: readonly Step[]): void {
  const byId = new Map<string, Step>();
  for (const step of steps) {
    if (byId.has(step.id)) throw new InvalidWorkflowError(`Two steps have the id "${step.id}".`);
    byId.set(step.id, step);
  }
  for (const step of steps) {
    const missing = step.needs.filter((id) => !byId.has(id));
    if (missing.length > 0) {
      throw new InvalidWorkflowError(
        `Step "${step.id}" needs steps that do not exist: ${missing.join(', ')}.`,
      );
    }
  }
  // Peel off steps whose needs are all met; what is left over waits for itself.
  const met = new Set<string>();
  let waiting = steps;
  for (;;) {
    const blocked = waiting.filter((step) => !step.needs.every((id) => met.has(id)));
    if (blocked.length === waiting.length) break;
    for (const step of waiting) if (!blocked.includes(step)) met.add(step.id);
    waiting = blocked;
  }
  if (waiting.length > 0) {
    throw new InvalidWorkflowError(
      `These steps wait for one another: ${waiting.map(({ id }) => id).join(', ')}.`,
    );
  }
}
