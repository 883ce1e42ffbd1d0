import type { Step } from '@oblique/workflow';
import type { ServiceEndpoints, Services } from '../services.js';

const SERVICES: readonly string[] = [
  'serving',
  'stimulus',
  'statistics',
  'training',
] satisfies readonly (keyof ServiceEndpoints)[];

/**
 * The step, keyed by what the service that computes it computes with: its kind begins with the service's name, e.g.
 * "serving.measure-sensitivity".
 */
export function computedBy(services: Services, step: Step): Step {
  const [service = ''] = step.step.split('.');
  return isService(service) ? { ...step, revision: (signal) => services.revisionOf(service, signal) } : step;
}

function isService(name: string): name is keyof ServiceEndpoints {
  return SERVICES.includes(name);
}
