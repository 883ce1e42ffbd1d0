import { Client, credentials } from '@grpc/grpc-js';
import { service as healthDefinition } from 'grpc-health-check';

import { callUnary, type CallOptions } from './clientCalls.js';

export type Health = 'SERVING' | 'NOT_SERVING' | 'UNKNOWN';

/**
 * Asks grpc.health.v1 at an endpoint about a gRPC service, or about the whole server.
 *
 * @throws ServiceError UNAVAILABLE where nobody answers, INTERNAL where it does not know the service.
 */
export async function checkHealth(
  endpoint: string,
  service = '',
  options: CallOptions = {},
): Promise<Health> {
  const check = healthDefinition['Check'];
  if (check === undefined) throw new Error('grpc-health-check has no method Check.');
  const client = new Client(endpoint, credentials.createInsecure());
  try {
    const response = await callUnary(client, check)({ service }, options);
    const status = 'status' in response ? response.status : undefined;
    return status === 'SERVING' || status === 'NOT_SERVING' ? status : 'UNKNOWN';
  } finally {
    client.close();
  }
}
