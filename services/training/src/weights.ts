import type { NdArray } from '@oblique/arrays';
import type { Trainer, TrainingStep } from '@oblique/training';

/** The network's weights and running statistics as they are now, by name. */
export function weightsOf({ state }: Trainer, { network }: TrainingStep): ReadonlyMap<string, NdArray> {
  return new Map([...state.tensors].filter(([name]) => network.initializers.has(name)));
}
