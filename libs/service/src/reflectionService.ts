import { ReflectionService } from '@grpc/reflection';
import { service as healthDefinition } from 'grpc-health-check';

import { serialisedFiles } from './descriptors.js';

/** Server reflection (v1 and v1alpha) over the contracts and grpc.health.v1, listing the services named. */
export function reflectionService(services: readonly string[]): ReflectionService {
  const health = Object.values(healthDefinition).flatMap(
    ({ requestType }) => requestType.fileDescriptorProtos,
  );
  return new ReflectionService(
    {
      // Only the files of a package definition are read; its shape demands an owner for them.
      contracts: {
        format: 'Protocol Buffer 3 EnumDescriptorProto',
        type: {},
        fileDescriptorProtos: [...serialisedFiles(), ...health],
      },
    },
    { services: [...services, 'grpc.health.v1.Health'] },
  );
}
