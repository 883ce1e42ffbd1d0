import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ArtifactCorruptError,
  ArtifactNotFoundError,
  openStore,
  RecordCorruptError,
  StoreFullError,
  StoreUnavailableError,
  type ArtifactStore,
} from './index.js';
import { artifactPath, manifestPath } from './layout.js';
import { collect, describeStoreContract, provenance, string, text } from './testing/storeContract.js';

const WRITER = fileURLToPath(new URL('./testing/writer.js', import.meta.url));

describeStoreContract('a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'oblique-folder-'));
  return {
    open: async () => await openStore(folder),
    close: () => rm(folder, { recursive: true }),
  };
});

describe('a folder in trouble', () => {
  let folder: string;
  let store: ArtifactStore;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oblique-folder-'));
    store = await openStore(folder);
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('notices a flipped bit, a cut file and a lost file, and is put right by the next put', async () => {
    const data = text('x'.repeat(3_000_000));
    const { digest } = await store.put('x', data, provenance('x'));
    const path = join(folder, artifactPath(digest));
    const flipped = await readFile(path);
    flipped[1_500_000] = (flipped[1_500_000] ?? 0) ^ 1;
    const damages = [() => writeFile(path, flipped), () => truncate(path, 2_999_999), () => rm(path)];
    for (const damage of damages) {
      await damage();
      await expect(store.get(digest)).rejects.toThrow(ArtifactCorruptError);
      await expect(collect(store.stream(digest))).rejects.toThrow(/is damaged/);
      await store.put('x', data, provenance('x'));
      expect(await store.get(digest)).toHaveLength(3_000_000);
    }
  });

  it('notices a damaged manifest, and is put right by the next put', async () => {
    const { digest } = await store.put('y', text('y'), provenance('y'));
    for (const damaged of ['', '{"artifact":', '[]', '{"artifact":{"digest":"sha256:0"}}']) {
      await writeFile(join(folder, manifestPath(digest)), damaged);
      await expect(store.describe(digest)).rejects.toThrow(/its manifest cannot be read/);
      await store.put('y', text('y'), provenance('y'));
      expect((await store.describe(digest)).provenance.step).toBe('y');
    }
  });

  it('notices a damaged record', async () => {
    await store.putRecord('runs', 'r', {});
    await writeFile(join(folder, 'records/runs/r.json'), '{"state": "run');
    await expect(store.getRecord('runs', 'r')).rejects.toThrow(RecordCorruptError);
    await store.putRecord('runs', 'r', 1);
    expect(await store.getRecord('runs', 'r')).toBe(1);
  });

  it('does not show bytes whose manifest was never written', async () => {
    const { digest } = await store.put('z', text('z'), provenance('z'));
    await rm(join(folder, manifestPath(digest)));
    expect(await store.has(digest)).toBe(false);
    await expect(store.get(digest)).rejects.toThrow(ArtifactNotFoundError);
  });

  it('shows nothing of a writer that was killed in mid-put, and is cleared of it a day later', async () => {
    const before = (await readdir(join(folder, 'artifacts'), { recursive: true })).sort();
    const writer = spawn(process.execPath, [WRITER, folder, 'endless'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(writer.stdout, 'data');
    writer.kill('SIGKILL');
    await once(writer, 'exit');

    const [left = '', ...more] = await readdir(join(folder, 'staging'));
    expect(more).toEqual([]);
    expect((await stat(join(folder, 'staging', left))).size).toBeGreaterThan(1 << 21);
    expect((await readdir(join(folder, 'artifacts'), { recursive: true })).sort()).toEqual(before);
    const { digest } = await store.put('after', text('after the kill'), provenance('after'));
    expect(string(await store.get(digest))).toBe('after the kill');

    await openStore(folder);
    expect(await readdir(join(folder, 'staging'))).toEqual([left]);
    const longAgo = new Date(Date.now() - 25 * 3600 * 1000);
    await utimes(join(folder, 'staging', left), longAgo, longAgo);
    await openStore(folder);
    expect(await readdir(join(folder, 'staging'))).toEqual([]);
  });

  it('lets exactly one of several processes create each record', async () => {
    const names = ['first', 'second', 'third'];
    const outputs = await Promise.all(
      names.map(async (name) => {
        const writer = spawn(process.execPath, [WRITER, folder, 'create', '50', name], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const [output] = await Promise.all([collect(writer.stdout), once(writer, 'exit')]);
        const created: number[] = JSON.parse(string(output));
        return created;
      }),
    );
    expect(outputs.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    for (const [writer, created] of outputs.entries()) {
      for (const index of created) expect(await store.getRecord('race', `${index}`)).toBe(names[writer]);
    }
  });

  it('says when the disk is full, leaves nothing, and works again when there is room', async (context) => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'ignore' });
    } catch {
      context.skip('mounting a small disk needs rights that this user lacks');
    }
    try {
      const small = await openStore(disk);
      await expect(small.put('x', Buffer.alloc(1 << 20), provenance('x'))).rejects.toThrow(StoreFullError);
      await expect(small.putRecord('r', 'r', 'x'.repeat(1 << 20))).rejects.toThrow(/no room left in .*disk/);
      expect(await readdir(disk, { recursive: true })).toEqual(['staging']);
      const { digest } = await small.put('x', text('small'), provenance('x'));
      expect(string(await small.get(digest))).toBe('small');
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('says when the place cannot be a folder', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(openStore(join(folder, 'file'))).rejects.toThrow(StoreUnavailableError);
  });
});

describe('openStore', () => {
  it('takes a path and a file URL for the same folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'oblique folder-'));
    try {
      const [byPath, byUrl] = [await openStore(folder), await openStore(pathToFileURL(folder).href)];
      expect(byUrl.location).toBe(byPath.location);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('refuses other schemes and no location', async () => {
    await expect(openStore('gs://bucket')).rejects.toThrow(/begins with gs:\/\/; a store is/);
    await expect(openStore('')).rejects.toThrow(/needs a location/);
  });
});
