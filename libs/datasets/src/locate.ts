import { createReadStream, createWriteStream, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { cachedFile } from './cachedFile.js';
import { checkFiles, checkPath, checkS3, type DataAccess } from './dataAccess.js';
import { downloaded } from './downloaded.js';
import { folderFiles } from './folderFiles.js';
import { DatasetError } from './imageSet.js';
import { s3Downloaded, s3Files } from './s3Files.js';
import { s3LocationOf } from './s3LocationOf.js';
import { reasonOf } from './skippedEntry.js';
import type { FoundFiles } from './storedFile.js';
import { tarFiles } from './tarFiles.js';

/** What was found at a location. */
export interface Located extends FoundFiles {
  readonly kind: 'image folder' | 'tar archive' | 'S3 prefix' | 'file';
}

const SINGLE_FILE = /\.(tar|tar\.gz|tgz|npz|npy|bin)$/i;

/**
 * The files at a location; what lies elsewhere in one file is fetched into the cache first.
 * @param access what may be read; undefined: anything
 * @throws DatasetError where there is nothing, or what is there cannot be had; AccessRefusedError
 */
export async function locate(
  location: string,
  cacheFolder: string,
  access: DataAccess | undefined,
  signal: AbortSignal | undefined,
): Promise<Located> {
  const [, address = '', folder] = /^(.*?\.(?:tar|tar\.gz|tgz))#(.+)$/i.exec(location) ?? ['', location];
  const located = await found(address, cacheFolder, access, signal);
  if (folder === undefined) return located;
  const inside = `${folder.replace(/^\/+|\/+$/g, '')}/`;
  const below = <Item extends { readonly name: string }>(items: readonly Item[]): Item[] =>
    items.flatMap((item) =>
      item.name.startsWith(inside) ? [{ ...item, name: item.name.slice(inside.length) }] : [],
    );
  const [files, skipped] = [below(located.files), below(located.skipped)];
  if (files.length + skipped.length === 0) throw new DatasetError(`${address} has no folder ${folder}.`);
  return { ...located, files, skipped };
}

async function found(
  address: string,
  cacheFolder: string,
  access: DataAccess | undefined,
  signal: AbortSignal | undefined,
): Promise<Located> {
  if (address === '')
    throw new DatasetError('A dataset needs a location: a path, s3://bucket/prefix or a web address.');
  if (/^https?:\/\//i.test(address)) {
    const name = basename(new URL(address).pathname);
    if (!SINGLE_FILE.test(name)) {
      throw new DatasetError(
        `${address} must be one file: .tar, .tar.gz, .npz, .npy or .bin; folders cannot be listed over the web.`,
      );
    }
    return await fileOrArchive(
      await downloaded(address, cacheFolder, access, signal),
      name,
      cacheFolder,
      signal,
    );
  }
  if (/^s3:\/\//i.test(address)) {
    checkS3(access, address);
    const location = s3LocationOf(address);
    const key = location.prefix.slice(0, -1);
    if (!SINGLE_FILE.test(key))
      return { kind: 'S3 prefix', files: await s3Files(location, signal), skipped: [] };
    return await fileOrArchive(
      await s3Downloaded(location, key, cacheFolder),
      basename(key),
      cacheFolder,
      signal,
    );
  }
  const path = resolve(/^file:\/\//i.test(address) ? fileURLToPath(address) : address);
  await checkPath(access, path);
  const status = await statusOf(path);
  if (status.isDirectory()) {
    const found = await folderFiles(path, signal);
    await checkFiles(access, found.files);
    return { kind: 'image folder', ...found };
  }
  if (!status.isFile())
    throw new DatasetError(`${path} is no folder and no file but a pipe, socket or device.`);
  return await fileOrArchive(path, basename(path), cacheFolder, signal);
}

async function statusOf(path: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (cause) {
    throw new DatasetError(`There is no dataset at ${path}: ${reasonOf(cause)}.`, { cause });
  }
}

/** @param name what the file is called where it comes from; its copy in the cache is not called so */
async function fileOrArchive(
  path: string,
  name: string,
  cacheFolder: string,
  signal: AbortSignal | undefined,
): Promise<Located> {
  if (/\.tar$/i.test(name)) return { kind: 'tar archive', ...(await tarFiles(path, signal)) };
  if (/\.(tar\.gz|tgz)$/i.test(name)) {
    const tar = await unzipped(path, name, cacheFolder, signal);
    return { kind: 'tar archive', ...(await tarFiles(tar, signal)) };
  }
  return { kind: 'file', files: [{ name, bytes: { kind: 'file', path } }], skipped: [] };
}

async function unzipped(
  path: string,
  name: string,
  cacheFolder: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const { mtimeMs, size } = await stat(path);
  return await cachedFile(cacheFolder, ['gunzip', path, mtimeMs, size], async (target) => {
    try {
      await pipeline(
        createReadStream(path),
        createGunzip(),
        createWriteStream(target),
        signal ? { signal } : {},
      );
    } catch (cause) {
      signal?.throwIfAborted();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new DatasetError(`${name} cannot be unpacked: ${reason}.`, { cause });
    }
  });
}
