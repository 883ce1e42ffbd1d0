import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ndarray, writeNpy } from '@oblique/arrays';
import { statisticsV1 } from '@oblique/contracts';
import {
  createClient,
  ServiceError,
  startService,
  type RunningService,
  type ServiceClient,
} from '@oblique/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statisticsService } from './statisticsService.js';

/** An address of this machine that is not on loopback: whoever calls it comes from there, as from another machine. */
const OUTWARD = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

let folder: string;
let service: RunningService;
let port: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-access-'));
  await mkdir(join(folder, 'allowed'));
  const stack = writeNpy(
    ndarray(
      'uint8',
      [2, 8, 8],
      Uint8Array.from({ length: 128 }, (_, index) => index),
    ),
  );
  await writeFile(join(folder, 'allowed', 'stack.npy'), stack);
  await writeFile(join(folder, 'other.npy'), stack);
  const roots = join(folder, 'allowed');
  service = await startService(statisticsService, [
    ...['--host', '0.0.0.0', '--port', '0', '--store', join(folder, 'store')],
    ...['--log-level', 'silent', '--data-roots', roots],
  ]);
  port = service.endpoint.slice(service.endpoint.lastIndexOf(':') + 1);
});

afterAll(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

async function described(host: string, location: string): Promise<number | string> {
  const client: ServiceClient<typeof statisticsV1.StatisticsServiceService> = createClient(
    statisticsV1.StatisticsServiceService,
    `${host}:${port}`,
  );
  try {
    const request = statisticsV1.DescribeImagesRequest.fromPartial({
      dataset: { source: { $case: 'location', value: location } },
    });
    for await (const { event } of client.describeImages(request))
      if (event?.$case === 'result') return event.value.imageCount;
    return 'nothing';
  } catch (error) {
    return ServiceError.from(error).reason;
  } finally {
    client.close();
  }
}

describe('callers of the service', () => {
  it('at this machine have any folder read', async () => {
    expect(await described('127.0.0.1', join(folder, 'other.npy'))).toBe(2);
  });

  it.skipIf(OUTWARD === undefined)('elsewhere have only the data roots read', async () => {
    const host = OUTWARD!;
    expect(await described(host, join(folder, 'allowed', 'stack.npy'))).toBe(2);
    expect(await described(host, join(folder, 'other.npy'))).toBe('ACCESS_REFUSED');
    expect(await described(host, join(folder, 'not-there.npy'))).toBe('ACCESS_REFUSED');
    expect(await described(host, 'http://127.0.0.1:1/x.npy')).toBe('ACCESS_REFUSED');
    expect(await described(host, 's3://bucket/x')).toBe('ACCESS_REFUSED');
  });
});
