import { servingV1 } from '@oblique/contracts';
import type { Step } from '@oblique/workflow';
import { builtModel, derivedModel, givenModel, type Services } from '@oblique/study';
import { networkSource, type Condition, type Member } from './condition.js';
import type { OrientationParameters } from './orientationParameters.js';
import { PROTOCOLS } from './protocols.js';

/** The network of a member: built, found, or made from the one that was given. */
export function modelStep(
  { protocol, sizePixels }: Pick<OrientationParameters, 'protocol' | 'sizePixels'>,
  { source, state, label }: Condition,
  { modelStep: id, seed = 0 }: Member,
  services: Services,
): Step {
  if (source.kind === 'architecture') {
    return builtModel(id, { architecture: source.architecture, seed, inputSizePixels: sizePixels }, services);
  }
  switch (state) {
    case 'given':
      return givenModel(id, source.model, services);
    case 'untrained':
    case 'shuffled': {
      const derivation =
        state === 'shuffled' ? PROTOCOLS[protocol].shuffle : servingV1.Derivation.DERIVATION_REINITIALISED;
      const given = `model ${networkSource(source.model).label}`;
      return derivedModel(id, `making ${label}, seed ${seed}`, given, { derivation, seed }, services);
    }
  }
}
