import { describe, expect, it } from 'vitest';
import { FairQueue, type Waiting } from './fairQueue.js';

interface Named extends Waiting {
  readonly name: string;
}

const item = (name: string, flow: string, cost: number, rank?: number): Named => ({ name, flow, cost, rank });

/** Serves `count` items; `next` gives what a flow asks for when its item was served. */
function serve(queue: FairQueue<Named>, count: number, next: (served: Named) => Named | undefined): Named[] {
  const served: Named[] = [];
  while (served.length < count) {
    const first = queue.first();
    if (first === undefined) break;
    queue.take(first);
    served.push(first);
    const more = next(first);
    if (more !== undefined) queue.add(more);
  }
  return served;
}

const costOf = (served: readonly Named[], flow: string): number =>
  served.filter((one) => one.flow === flow).reduce((sum, { cost }) => sum + cost, 0);

describe('FairQueue', () => {
  it('serves short work of another flow before long work that came first', () => {
    const queue = new FairQueue<Named>();
    for (let index = 0; index < 50; index++) queue.add(item(`batch ${index}`, `client ${index}`, 700));
    queue.add(item('inference', 'other', 20));
    expect(queue.first()?.name).toBe('inference');
  });

  it('serves a flow in the order of arrival, lower ranks first', () => {
    const queue = new FairQueue<Named>();
    for (const one of [
      item('a', 'f', 5, 2),
      item('b', 'f', 1, 2),
      item('c', 'f', 9, 1),
      item('d', 'f', 9, 2),
    ]) {
      queue.add(one);
    }
    expect(queue.inOrder().map(({ name }) => name)).toEqual(['c', 'a', 'b', 'd']);
    expect(serve(queue, 9, () => undefined).map(({ name }) => name)).toEqual(['c', 'a', 'b', 'd']);
    expect(queue.size).toBe(0);
  });

  it('gives flows that always wait equal shares of what they cost, however small their works are', () => {
    const queue = new FairQueue<Named>();
    queue.add(item('long', 'measurement', 700));
    queue.add(item('short', 'inference', 20));
    queue.add(item('middle', 'other', 150));
    const served = serve(queue, 500, (one) => one);
    const shares = ['measurement', 'inference', 'other'].map((flow) => costOf(served, flow));
    for (const share of shares) expect(Math.abs(share - (shares[0] ?? NaN))).toBeLessThanOrEqual(700);
  });

  it('starves nobody, also where ever new clients come with short work', () => {
    const queue = new FairQueue<Named>();
    queue.add(item('long', 'measurement', 700));
    let clients = 0;
    queue.add(item('short', 'client 0', 20));
    const served = serve(queue, 200, () => item('short', `client ${++clients}`, 20));
    const before = served.findIndex(({ name }) => name === 'long');
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThanOrEqual(700 / 20);
  });

  it('does not let a flow save up turns while it asks for nothing', () => {
    const queue = new FairQueue<Named>();
    queue.add(item('a', 'early', 10));
    serve(queue, 100, ({ flow }) => item('a', flow, 10));
    queue.add(item('b', 'late', 10));
    const served = serve(queue, 40, (one) => one);
    expect(Math.abs(costOf(served, 'early') - costOf(served, 'late'))).toBeLessThanOrEqual(20);
  });

  it('forgets an item that is not wanted any more, and charges nobody for it', () => {
    const queue = new FairQueue<Named>();
    const unwanted = item('unwanted', 'a', 1000);
    queue.add(unwanted);
    queue.add(item('wanted', 'a', 10));
    queue.add(item('other', 'b', 15));
    expect(queue.remove(unwanted)).toBe(true);
    expect(queue.remove(unwanted)).toBe(false);
    expect(queue.items().map(({ name }) => name)).toEqual(['wanted', 'other']);
    expect(serve(queue, 9, () => undefined).map(({ name }) => name)).toEqual(['wanted', 'other']);
  });

  it('foretells the order in which it serves', () => {
    const queue = new FairQueue<Named>();
    for (let index = 0; index < 60; index++) {
      queue.add(item(`${index}`, `flow ${(index * 7) % 5}`, 1 + ((index * 37) % 23), index % 3));
    }
    const foretold = queue.inOrder();
    expect(serve(queue, 100, () => undefined)).toEqual(foretold);
  });
});
