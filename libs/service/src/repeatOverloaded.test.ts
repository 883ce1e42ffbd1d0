import { describe, expect, test } from 'vitest';

import type { CallOptions } from './clientCalls.js';
import { repeatOverloaded, repeatOverloadedStream } from './repeatOverloaded.js';
import { ServiceError } from './serviceError.js';

const overloaded = (): ServiceError => new ServiceError('OVERLOADED', 'Too much waits.', { retryAfterMs: 1 });

/** A call that fails with these errors, one after the other, and then answers with what is left of its time. */
function failing(...errors: ServiceError[]) {
  return (_request: string, { deadlineMs }: CallOptions = {}): Promise<number | undefined> => {
    const error = errors.shift();
    return error === undefined ? Promise.resolve(deadlineMs) : Promise.reject(error);
  };
}

describe('repeatOverloaded', () => {
  test('repeats what was refused for too much, with what is left of the time', async () => {
    const left = await repeatOverloaded(failing(overloaded(), overloaded()))('', { deadlineMs: 60_000 });
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60_000 - 200);
    expect(await repeatOverloaded(failing(overloaded()))('')).toBe(undefined);
  });

  test('repeats nothing else, and nothing beyond the deadline', async () => {
    const other = new ServiceError('OUT_OF_MEMORY', 'Too large.', { retryAfterMs: 1 });
    await expect(repeatOverloaded(failing(other))('')).rejects.toBe(other);
    const late = new ServiceError('OVERLOADED', 'Too much waits.', { retryAfterMs: 5000 });
    await expect(repeatOverloaded(failing(late))('', { deadlineMs: 1000 })).rejects.toBe(late);
  });

  test('is given up when it is cancelled', async () => {
    const late = new ServiceError('OVERLOADED', 'Too much waits.', { retryAfterMs: 50_000 });
    const gone = new AbortController();
    const call = repeatOverloaded(failing(late))('', { signal: gone.signal });
    gone.abort();
    await expect(call).rejects.toMatchObject({ reason: 'CANCELLED' });
  });

  test('begins no stream anew that has begun', async () => {
    let attempts = 0;
    const stream = repeatOverloadedStream(async function* (): AsyncGenerator<number> {
      attempts += 1;
      if (attempts > 1) yield attempts;
      await Promise.resolve();
      throw overloaded();
    });
    const seen: number[] = [];
    const all = (async () => {
      for await (const value of stream('')) seen.push(value);
    })();
    await expect(all).rejects.toMatchObject({ reason: 'OVERLOADED' });
    expect(seen).toEqual([2]);
  });
});
