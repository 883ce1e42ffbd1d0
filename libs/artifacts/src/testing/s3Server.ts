import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';

/** A running S3 server and the environment that leads `openStore` to it. */
export interface S3Server extends AsyncDisposable {
  readonly environment: Record<string, string>;
  /** Where it keeps the objects, as files. */
  readonly directory: string;
  /** From now on it answers every PUT of an object as MinIO does when its disks are full. */
  fill(): void;
  /** Kills connections after this many bytes of each object sent, as a failing network does; 0: not any more. */
  cutAfterBytes: number;
}

/**
 * Starts s3rver on a free port. What it lacks of S3 is added here: it writes objects in place, where S3 shows them only
 * when they are whole, so requests are answered one at a time; and it ignores `If-None-Match` on PUT, so where
 * `conditionalPuts` is asked for, such requests are refused as Amazon S3 documents it.
 */
export async function startS3Server({ conditionalPuts }: { conditionalPuts: boolean }): Promise<S3Server> {
  const directory = await mkdtemp(join(tmpdir(), 'oblique-s3-'));
  const s3rver = new S3rver({ directory, silent: true, vhostBuckets: false });
  const serve = s3rver.callback();
  let full = false;
  let turn: Promise<unknown> = Promise.resolve();

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [, bucket = '', ...rest] = decodeURIComponent(request.url?.replace(/\?.*/, '') ?? '').split('/');
    const key = rest.join('/');
    if (full && request.method === 'PUT' && key !== '') {
      refuse(
        request,
        response,
        507,
        'XMinioStorageFull',
        'Storage backend has reached its minimum free drive threshold.',
      );
      return;
    }
    const conditional =
      conditionalPuts && request.method === 'PUT' && request.headers['if-none-match'] === '*';
    if (conditional && (await s3rver.store.existsObject(bucket, key))) {
      refuse(
        request,
        response,
        412,
        'PreconditionFailed',
        'At least one of the pre-conditions you specified did not hold',
      );
      return;
    }
    if (server.cutAfterBytes > 0 && request.method === 'GET' && key !== '')
      cut(response, server.cutAfterBytes);
    serve(request, response);
    await once(response, 'close');
  };

  const http = createServer((request, response) => {
    turn = turn.then(() => answer(request, response));
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const server: S3Server = {
    environment: {
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_ACCESS_KEY: 'S3RVER',
      S3_SECRET_KEY: 'S3RVER',
    },
    directory,
    cutAfterBytes: 0,
    fill: () => {
      full = true;
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
      await rm(directory, { recursive: true, force: true });
    },
  };
  return server;
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
): void {
  request.resume().once('end', () => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(
      `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
    );
  });
}

function cut(response: ServerResponse, afterBytes: number): void {
  const write = response.write.bind(response);
  let sent = 0;
  response.write = ((chunk: Uint8Array, ...rest: []) => {
    sent += chunk.length;
    if (sent > afterBytes) response.socket?.destroy();
    return write(chunk, ...rest);
  }) as typeof response.write;
}
