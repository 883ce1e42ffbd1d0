import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import {
  createFileRegistry,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethod,
} from '@bufbuild/protobuf';
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

/**
 * The message that a method takes.
 * @param path its full name, e.g. `/oblique.serving.v1.ServingService/ListModels`
 */
export function inputOf(path: string): DescMessage {
  const [, service = '', name] = path.split('/');
  const method = registry.getService(service)?.methods.find((candidate) => candidate.name === name);
  if (method === undefined) throw new Error(`The contracts have no method ${path}.`);
  return method.input;
}

/** Every method of every service, in the contracts' order. */
export function allMethods(): DescMethod[] {
  return [...registry].flatMap((described) => (described.kind === 'service' ? described.methods : []));
}

/** Names of a service's methods that may safely be sent twice, by their `idempotency_level`. */
export function idempotentMethods(service: string): string[] {
  const methods = registry.getService(service)?.methods ?? [];
  return methods
    .filter(({ idempotency }) => idempotency !== Idempotency.IDEMPOTENCY_UNKNOWN)
    .map((m) => m.name);
}
