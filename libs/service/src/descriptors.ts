import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { createFileRegistry, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { MethodOptions_IdempotencyLevel as Idempotency } from '@bufbuild/protobuf/wkt';

/** Every proto file of the contracts, read from the image that `buf build` made beside the generated code. */
const descriptorSet = fromBinary(
  FileDescriptorSetSchema,
  readFileSync(fileURLToPath(import.meta.resolve('@oblique/contracts/descriptors.binpb'))),
);
const registry = createFileRegistry(descriptorSet);

/** Each file as a serialised `google.protobuf.FileDescriptorProto`. */
export function serialisedFiles(): Buffer[] {
  return descriptorSet.file.map((file) => Buffer.from(toBinary(FileDescriptorProtoSchema, file)));
}

/** Names of a service's methods that may safely be sent twice, by their `idempotency_level`. */
export function idempotentMethods(service: string): string[] {
  const methods = registry.getService(service)?.methods ?? [];
  return methods
    .filter(({ idempotency }) => idempotency !== Idempotency.IDEMPOTENCY_UNKNOWN)
    .map((m) => m.name);
}
