import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ArtifactNotFoundError,
  parseDigest,
  sha256,
  type ArtifactStore,
  type Json,
  type Provenance,
} from '../index.js';

/** A place for the contract test to work in. */
export interface StorePlace {
  /** Opens the same place again, as another process would. */
  open(): Promise<ArtifactStore>;
  close(): Promise<void>;
}

/** What every ArtifactStore does, whatever it is kept in. */
export function describeStoreContract(name: string, start: () => Promise<StorePlace>): void {
  describe(name, () => {
    let place: StorePlace;
    let store: ArtifactStore;
    let other: ArtifactStore;

    beforeAll(async () => {
      place = await start();
      store = await place.open();
      other = await place.open();
    });
    afterAll(async () => {
      await place.close();
    });

    it('keeps bytes under the hash that another program computes', async () => {
      // echo -n "hello, store" | sha256sum
      const digest = 'sha256:dc65b907380db5876cc5c953af9f2b621e7c7ae6b944cb36c2982e71f8d574d6';
      const ref = await store.put('greeting.txt', text('hello, store'), provenance('greet'));
      expect(ref).toEqual({ digest: sha256(text('hello, store')), kind: 'greeting.txt', sizeBytes: 12 });
      expect(ref.digest).toBe(digest);
      expect(string(await other.get(ref.digest))).toBe('hello, store');
    });

    it('keeps no bytes at all', async () => {
      const ref = await store.put('empty', new Uint8Array(), provenance('nothing'));
      expect(ref.sizeBytes).toBe(0);
      expect(await store.get(ref.digest)).toHaveLength(0);
      expect(await collect(store.stream(ref.digest))).toHaveLength(0);
    });

    it("tells an artifact's origin", async () => {
      const input = await store.put('input', text('input'), provenance('make'));
      const origin: Provenance = {
        step: 'serving.measure-sensitivity',
        version: '2',
        parameters: { grid: [0, 22.5], layers: ['a', 'ü'], stretch: null },
        inputs: [input],
      };
      const ref = await store.put('output', text('output'), origin);
      const manifest = await other.describe(ref.digest);
      expect(manifest.artifact).toEqual(ref);
      expect(manifest.provenance).toEqual(origin);
      expect(Math.abs(Date.now() - Date.parse(manifest.createdAt))).toBeLessThan(3600_000);
    });

    it('takes a stream of unknown size, larger than a part, and gives it back in pieces', async () => {
      const pieces = 37;
      const bytesPerPiece = 1_000_003;
      const hash = createHash('sha256');
      async function* data(): AsyncIterable<Uint8Array> {
        const piece = Buffer.alloc(bytesPerPiece);
        for (let index = 0; index < pieces; index++) {
          piece.fill(index + 1);
          hash.update(piece);
          yield piece;
        }
      }
      const ref = await store.put('large', data(), provenance('large'));
      expect(ref.digest).toBe(`sha256:${hash.digest('hex')}`);
      expect(ref.sizeBytes).toBe(pieces * bytesPerPiece);

      const readHash = createHash('sha256');
      let largestPiece = 0;
      for await (const piece of other.stream(ref.digest)) {
        largestPiece = Math.max(largestPiece, piece.byteLength);
        readHash.update(piece);
      }
      expect(`sha256:${readHash.digest('hex')}`).toBe(ref.digest);
      expect(largestPiece).toBeLessThan(ref.sizeBytes / 4);
    });

    it('shows nothing of a stream that broke off', async () => {
      async function* broken(): AsyncIterable<Uint8Array> {
        yield text('the beginning');
        throw new Error('the source broke off');
      }
      await expect(store.put('broken', broken(), provenance('broken'))).rejects.toThrow(
        'the source broke off',
      );
      expect(await store.has(sha256(text('the beginning')))).toBe(false);
    });

    it('passes on the errors of the source as they are', async () => {
      const missing = Object.assign(new Error('ENOSPC: elsewhere'), { code: 'ENOSPC', syscall: 'write' });
      async function* failing(): AsyncIterable<Uint8Array> {
        throw missing;
      }
      await expect(store.put('failing', failing(), provenance('failing'))).rejects.toBe(missing);
    });

    it('takes the same bytes twice, also at once, and keeps the first origin', async () => {
      const data = text('the same');
      const refs = await Promise.all(
        [store, other, store, other].map((each, index) =>
          each.put(`kind ${index}`, data, provenance(`step ${index}`)),
        ),
      );
      const digests = new Set(refs.map((ref) => ref.digest));
      expect([...digests]).toEqual([sha256(data)]);
      expect(refs.map((ref) => ref.kind)).toEqual(['kind 0', 'kind 1', 'kind 2', 'kind 3']);
      const before = await store.describe(sha256(data));
      await other.put('later', data, provenance('later'));
      expect(await store.describe(sha256(data))).toEqual(before);
      expect(string(await store.get(sha256(data)))).toBe('the same');
    });

    it('says which artifact is missing, and where', async () => {
      const digest = parseDigest(`sha256:${'0'.repeat(64)}`);
      expect(await store.has(digest)).toBe(false);
      await expect(store.get(digest)).rejects.toThrow(ArtifactNotFoundError);
      await expect(store.describe(digest)).rejects.toThrow(ArtifactNotFoundError);
      await expect(collect(store.stream(digest))).rejects.toThrow(
        `There is no artifact ${digest} in ${store.location}`,
      );
    });

    it('removes an artifact, and takes it again', async () => {
      const { digest } = await store.put('passing', text('passing'), provenance('make'));
      await other.remove(digest);
      await other.remove(digest);
      expect(await store.has(digest)).toBe(false);
      await expect(store.get(digest)).rejects.toThrow(ArtifactNotFoundError);
      await other.put('passing', text('passing'), provenance('make'));
      expect(string(await store.get(digest))).toBe('passing');
    });

    it('lists every artifact once', async () => {
      const ref = await store.put('listed', text('listed'), provenance('list'));
      const listed = new Map<string, number>();
      for await (const { artifact } of other.list()) {
        listed.set(artifact.digest, (listed.get(artifact.digest) ?? 0) + 1);
      }
      expect(listed.get(ref.digest)).toBe(1);
      expect(new Set(listed.values())).toEqual(new Set([1]));
    });

    it('refuses an origin that JSON cannot tell, and an artifact without a kind', async () => {
      const nan = { ...provenance('nan'), parameters: { sigma: NaN } };
      await expect(store.put('x', text('nan'), nan)).rejects.toThrow(/NaN, found at \$\.parameters\.sigma/);
      await expect(store.put('', text('nan'), provenance('x'))).rejects.toThrow(/needs a kind/);
      expect(await store.has(sha256(text('nan')))).toBe(false);
    });

    const values: Json[] = [null, true, -0.1, 'ü "quoted"\n', [], {}, { b: [1, { c: null }], a: 'x' }];

    it('keeps records of every kind of JSON, replaces and deletes them', async () => {
      for (const value of values) {
        await store.putRecord('runs', 'one', value);
        expect(await other.getRecord('runs', 'one')).toEqual(value);
      }
      await other.deleteRecord('runs', 'one');
      await other.deleteRecord('runs', 'one');
      expect(await store.getRecord('runs', 'one')).toBeUndefined();
    });

    it('takes any text as a key, and lists what it was given', async () => {
      const keys = [
        '.',
        '..',
        '../../escape',
        'a/b',
        'a',
        'A',
        'name with space',
        'Größe',
        '100%',
        'x.json',
        "*!'()~",
        '漢字',
      ];
      for (const key of keys) await store.putRecord('odd-keys', key, { key });
      const listed = new Map<string, Json>();
      for await (const { key, value } of other.listRecords('odd-keys'))
        if (value !== undefined) listed.set(key, value);
      expect([...listed.keys()].sort()).toEqual([...keys].sort());
      for (const key of keys) expect(listed.get(key)).toEqual({ key });
    });

    it('lists nothing of a collection that nobody wrote to, nor of one whose name begins alike', async () => {
      await store.putRecord('steps-old', 'x', 1);
      for await (const record of store.listRecords('steps')) expect(record).toBeUndefined();
      expect(await store.getRecord('steps', 'x')).toBeUndefined();
    });

    it('refuses keys and collections that cannot be kept', async () => {
      await expect(store.putRecord('runs', '', 1)).rejects.toThrow(RangeError);
      await expect(store.putRecord('runs', 'x'.repeat(201), 1)).rejects.toThrow(/1 to 200 are allowed/);
      await expect(store.putRecord('runs', '\ud800', 1)).rejects.toThrow(RangeError);
      await expect(store.getRecord('../runs', 'x')).rejects.toThrow(/lower-case letters, digits and dashes/);
      await expect(store.putRecord('runs', 'x', { rate: Infinity })).rejects.toThrow(TypeError);
    });

    it('lets exactly one of many create a record', async () => {
      for (let round = 0; round < 5; round++) {
        const writers = Array.from({ length: 8 }, (_, index) => index);
        const created = await Promise.all(
          writers.map((index) => store.createRecord('locks', `round ${round}`, { index })),
        );
        expect(created.filter(Boolean)).toHaveLength(1);
        expect(await other.getRecord('locks', `round ${round}`)).toEqual({ index: created.indexOf(true) });
        expect(await other.createRecord('locks', `round ${round}`, 'late')).toBe(false);
      }
      await store.deleteRecord('locks', 'round 0');
      expect(await other.createRecord('locks', 'round 0', 'again')).toBe(true);
    });

    it('shows each reader a record whole while it is replaced', async () => {
      const long = 'x'.repeat(100_000);
      await store.putRecord('runs', 'busy', { step: 0, long });
      const writing = (async () => {
        for (let step = 1; step <= 20; step++) await store.putRecord('runs', 'busy', { step, long });
      })();
      let last = 0;
      while (last < 20) {
        const record = await other.getRecord('runs', 'busy');
        expect(record).toMatchObject({ long });
        last = (record as { step: number }).step;
      }
      await writing;
    });
  });
}

export function provenance(step: string): Provenance {
  return { step, version: '1', parameters: {}, inputs: [] };
}

export function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

export function string(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

export async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
