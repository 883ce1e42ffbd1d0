import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ndarray, writeNpy } from '@oblique/arrays';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessRefusedError, checkAddress, checkHost, checkLocation, isPublic } from './dataAccess.js';
import { openImageSet } from './openImageSet.js';

const NOTHING = { roots: [], hosts: [] };

let folder: string;
let root: string;
let server: Server;
let port: number;
/** Paths that the server was asked for. */
const asked: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-access-'));
  root = join(folder, 'root');
  await mkdir(join(root, 'set'), { recursive: true });
  await mkdir(join(folder, 'root-beside'));
  const stack = writeNpy(ndarray('uint8', [2, 4, 4], new Uint8Array(32)));
  for (const place of [root, join(root, 'set'), folder, join(folder, 'root-beside')])
    await writeFile(join(place, 'stack.npy'), stack);
  await symlink(join(folder, 'stack.npy'), join(root, 'out.npy'));
  await mkdir(join(root, 'links'));
  await symlink(join(folder, 'stack.npy'), join(root, 'links', 'out.npy'));
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url === '/moved.npy') {
      response.writeHead(302, { location: `http://localhost:${port}/stack.npy` }).end();
      return;
    }
    response.end(stack);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

async function open(
  location: string,
  access?: { roots: readonly string[]; hosts: readonly string[] },
): Promise<number> {
  const cacheFolder = await mkdtemp(join(folder, 'cache-'));
  const set = await openImageSet({ kind: 'location', location }, { cacheFolder, access });
  await set.close();
  return set.length;
}

describe('files for callers on other machines', () => {
  it('are read inside the roots', async () => {
    const access = { roots: [root], hosts: [] };
    expect(await open(join(root, 'stack.npy'), access)).toBe(2);
    expect(await open(join(root, 'set'), access)).toBe(2);
    expect(await open(`file://${root}/stack.npy`, access)).toBe(2);
  });

  it.each([
    ['beside the roots', () => join(folder, 'stack.npy')],
    ['above them', () => join(root, '..', 'stack.npy')],
    ['in a folder whose name begins like theirs', () => join(folder, 'root-beside', 'stack.npy')],
    ['behind a link that leads out', () => join(root, 'out.npy')],
    ['behind a link inside a folder', () => join(root, 'links')],
    ['that are devices', () => '/dev/zero'],
    ['that are not there', () => join(folder, 'nothing.npy')],
  ])('are refused %s', async (_, path) => {
    await expect(open(path(), { roots: [root], hosts: [] })).rejects.toBeInstanceOf(AccessRefusedError);
  });

  it('are all read for callers at this machine', async () => {
    expect(await open(join(root, 'links'))).toBe(2);
  });

  it('in S3 are refused outside the roots before anything is asked', async () => {
    const access = { roots: ['s3://photos/shared'], hosts: ['*'] };
    await expect(open('s3://other/x', access)).rejects.toBeInstanceOf(AccessRefusedError);
    await expect(open('s3://photos', access)).rejects.toBeInstanceOf(AccessRefusedError);
    await expect(checkLocation(access, 's3://photos/shared/a')).resolves.toBeUndefined();
    await expect(checkLocation(access, 's3://photos/shared-not/a')).rejects.toBeInstanceOf(
      AccessRefusedError,
    );
  });
});

describe('addresses for callers on other machines', () => {
  it.each([
    ['whose host is not listed', NOTHING, () => `http://127.0.0.1:${port}/stack.npy`],
    [
      'of this machine, though any public host is allowed',
      { roots: [], hosts: ['*'] },
      () => `http://127.0.0.1:${port}/stack.npy`,
    ],
    ['of this machine in six', { roots: [], hosts: ['*'] }, () => `http://[::1]:${port}/stack.npy`],
    [
      'of this machine, written as one number',
      { roots: [], hosts: ['*'] },
      () => `http://2130706433:${port}/stack.npy`,
    ],
    [
      'of a name that resolves to this machine',
      { roots: [], hosts: ['localhost'] },
      () => `http://localhost:${port}/stack.npy`,
    ],
    [
      'that redirect to a host that is not listed',
      { roots: [], hosts: ['127.0.0.1'] },
      () => `http://127.0.0.1:${port}/moved.npy`,
    ],
  ])('are refused %s', async (_, access, address) => {
    asked.length = 0;
    await expect(open(address(), access)).rejects.toBeInstanceOf(AccessRefusedError);
    expect(asked).not.toContain('/stack.npy');
  });

  it('are fetched where the address itself is listed', async () => {
    expect(await open(`http://127.0.0.1:${port}/stack.npy`, { roots: [], hosts: ['127.0.0.0/8'] })).toBe(2);
    expect(
      await open(`http://127.0.0.1:${port}/moved.npy`, {
        roots: [],
        hosts: ['127.0.0.1', 'localhost', '::1'],
      }),
    ).toBe(2);
  });

  it('are fetched for callers at this machine, redirects too', async () => {
    expect(await open(`http://127.0.0.1:${port}/moved.npy`)).toBe(2);
  });

  it.each([
    '10.1.2.3',
    '172.20.0.1',
    '192.168.0.1',
    '169.254.169.254',
    '127.0.0.1',
    '0.0.0.0',
    '100.64.1.1',
    '::1',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '224.0.0.1',
  ])('%s is private', (address) => {
    expect(isPublic(address)).toBe(false);
    expect(() => checkAddress({ roots: [], hosts: ['*'] }, address)).toThrow(AccessRefusedError);
  });

  it.each(['8.8.8.8', '1.1.1.1', '2606:4700::1111'])('%s is public', (address) => {
    expect(isPublic(address)).toBe(true);
  });

  it('hosts are matched whole', () => {
    const access = { roots: [], hosts: ['example.org', '*.data.org'] };
    const allowed = (url: string) => () => checkHost(access, new URL(url));
    expect(allowed('https://example.org/x')).not.toThrow();
    expect(allowed('https://a.data.org/x')).not.toThrow();
    for (const url of [
      'https://example.org.evil.com',
      'https://data.org',
      'https://evildata.org',
      'ftp://example.org',
    ])
      expect(allowed(url)).toThrow(AccessRefusedError);
  });
});
