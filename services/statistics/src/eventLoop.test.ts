import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { statisticsV1 } from '@oblique/contracts';
import { createClient, startService, type RunningService, type ServiceClient } from '@oblique/service';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statisticsService } from './statisticsService.js';

/** No call may hold up the others for longer. */
const MOST_BLOCKED_MS = 50;

let folder: string;
let service: RunningService;
let client: ServiceClient<typeof statisticsV1.StatisticsServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-loop-'));
  service = await startService(statisticsService, [
    ...['--port', '0', '--store', join(folder, 'store'), '--log-level', 'silent'],
  ]);
  client = createClient(statisticsV1.StatisticsServiceService, service.endpoint);
});

afterAll(async () => {
  client.close();
  await service.close();
  await rm(folder, { recursive: true });
});

/** Time that the main thread of this process has spent on a processor: what others take from it does not count. */
function computedMs(): number {
  return Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1e6;
}

/** The longest that the event loop, on which the service answers, computed without a break while `work` went on. */
async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = computedMs();
  const timer = setInterval(() => {
    const now = computedMs();
    longest = Math.max(longest, now - last);
    last = now;
  }, 2);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return longest;
}

// What a thread has computed is told by Linux, and only of the main thread so simply.
describe.skipIf(platform() !== 'linux' || !isMainThread)('the event loop of the service', () => {
  it('is free while many resamples are drawn of many values', async () => {
    const values = Array.from({ length: 20_000 }, (_, index) => index % 97);
    const resampling = { resamples: 300, confidence: 0.9, seed: '1' };
    const ask = (): Promise<unknown> =>
      client.bootstrap({
        groups: [{ values }],
        statistic: statisticsV1.Statistic.STATISTIC_MEDIAN,
        resampling,
      });
    // The first call makes the thread.
    await ask();
    expect(await longestTurnMs(ask)).toBeLessThan(MOST_BLOCKED_MS);
  });

  it('is free while a large photograph is described', async () => {
    const side = 3000;
    const path = join(folder, 'large');
    const image = sharp({
      create: {
        width: side,
        height: side,
        channels: 3,
        background: '#884422',
        noise: { type: 'gaussian', mean: 128, sigma: 40 },
      },
    });
    await mkdir(path);
    await writeFile(join(path, 'photograph.jpg'), await image.jpeg().toBuffer());
    const request = statisticsV1.DescribeImagesRequest.fromPartial({
      dataset: { source: { $case: 'location', value: path } },
    });
    const longest = await longestTurnMs(async () => {
      for await (const { event } of client.describeImages(request))
        if (event?.$case === 'result') expect(event.value.imageCount).toBe(1);
    });
    expect(longest).toBeLessThan(MOST_BLOCKED_MS);
  });
});
