import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetsKind } from './datasetsKind.js';
import { modelsKind } from './modelsKind.js';
import { requestsKind } from './requestsKind.js';
import { runKind } from './runKind.js';
import { storeKind } from './storeKind.js';

const SEED = 1;

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'oblique-fuzz-'));
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

// A share of npm run fuzz, the same cases each time.
describe('services that are sent what nobody would send', () => {
  it.each([
    [requestsKind, 200],
    [modelsKind, 60],
    [datasetsKind, 80],
    [storeKind, 60],
  ])('$name: none dies, hangs or calls it an internal error', async (kind, cases) => {
    const found: string[] = [];
    await runKind(kind, home, SEED, { from: 0, to: cases }, async ({ what }, index) => {
      found.push(`npm run fuzz -- --kind ${kind.name} --seed ${SEED} --case ${index}: ${what}`);
    });
    expect(found).toEqual([]);
  });
});
