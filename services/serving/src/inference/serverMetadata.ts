import type { inferenceV2 } from '@oblique/contracts';
import { unary } from '@oblique/service';

/** ServerMetadata: name and version of the service. It supports none of the protocol's extensions. */
export function serverMetadata(server: { readonly name: string; readonly version: string }) {
  return unary<inferenceV2.ServerMetadataRequest, inferenceV2.ServerMetadataResponse>(async () => ({
    ...server,
    extensions: [],
  }));
}
