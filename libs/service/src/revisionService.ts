import { revisionV1 } from '@oblique/contracts';

import { unary } from './handlers.js';
import { implement, type Implementation } from './implement.js';

/** oblique.revision.v1.RevisionService: what every service serves of what it computes with. */
export function revisionService(revision: string): Implementation {
  return implement(revisionV1.RevisionServiceService, {
    describeRevision: unary(() => Promise.resolve({ revision })),
  });
}
