import type { S3Location } from '@oblique/artifacts';
import { Client } from 'minio';

const clients = new Map<string, Client>();

/** The client of a location's server, one for each server and key. */
export function s3Client({ endpoint, host, port, secure, accessKey, secretKey, region }: S3Location): Client {
  const identity = JSON.stringify([endpoint, accessKey, secretKey, region]);
  const client =
    clients.get(identity) ??
    new Client({ endPoint: host, port, useSSL: secure, accessKey, secretKey, region });
  clients.set(identity, client);
  return client;
}
