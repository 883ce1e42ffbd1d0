declare module '@20minutes/s3rver' {
  import type { RequestListener } from 'node:http';

  /** A small S3 server; it keeps its buckets in `directory` and checks signatures made with S3RVER / S3RVER. */
  export default class S3rver {
    constructor(options: { directory: string; silent: boolean; vhostBuckets: boolean });
    callback(): RequestListener;
    readonly store: { existsObject(bucket: string, key: string): Promise<boolean> };
  }
}
