import type { inferenceV2 } from '@oblique/contracts';
import { unary } from '@oblique/service';

/** ServerLive: whoever can be asked is alive. */
export function serverLive() {
  return unary<inferenceV2.ServerLiveRequest, inferenceV2.ServerLiveResponse>(async () => ({ live: true }));
}
