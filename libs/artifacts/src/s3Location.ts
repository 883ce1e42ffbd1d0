import { S3LocationError } from './errors.js';

/** A bucket, a prefix in it, and how to reach them. */
export interface S3Location {
  /** `s3://bucket/prefix`, without credentials. */
  readonly location: string;
  readonly endpoint: string;
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
}

/**
 * Reads `s3://bucket/prefix` with S3_ENDPOINT (an http or https URL; Amazon's when unset), S3_ACCESS_KEY,
 * S3_SECRET_KEY and S3_REGION (us-east-1 when unset) of the environment.
 * @throws S3LocationError naming what is missing or wrong
 */
export function parseS3Location(location: string, environment: NodeJS.ProcessEnv): S3Location {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(location);
  if (!match) {
    throw new S3LocationError(
      `"${location}" is no S3 location; one is s3://bucket/prefix, the bucket in lower case, e.g. s3://oblique/artifacts.`,
    );
  }
  const [, bucket = '', path = ''] = match;
  const prefix = path.split('/').filter(Boolean).join('/');
  const endpoint = parseEndpoint(environment['S3_ENDPOINT'] ?? 'https://s3.amazonaws.com');
  const secure = endpoint.protocol === 'https:';
  return {
    location: `s3://${bucket}${prefix && '/'}${prefix}`,
    endpoint: endpoint.origin,
    host: endpoint.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: endpoint.port === '' ? (secure ? 443 : 80) : Number(endpoint.port),
    secure,
    bucket,
    prefix: prefix && `${prefix}/`,
    accessKey: required('S3_ACCESS_KEY', location, environment),
    secretKey: required('S3_SECRET_KEY', location, environment),
    region: environment['S3_REGION'] ?? 'us-east-1',
  };
}

function parseEndpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/') {
    throw new S3LocationError(
      `S3_ENDPOINT is "${text}"; it must be like http://localhost:9000 or https://minio.example.org.`,
    );
  }
  return url;
}

function required(variable: string, location: string, environment: NodeJS.ProcessEnv): string {
  const value = environment[variable];
  if (!value) throw new S3LocationError(`To use ${location}, set ${variable} in the environment.`);
  return value;
}
