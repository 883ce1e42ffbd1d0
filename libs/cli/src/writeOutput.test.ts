import { UsageError } from '@oblique/service';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OutputExistsError } from './exitCodes.js';
import { checkOutput, writeOutput } from './writeOutput.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-output-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('does not overwrite unless forced', async () => {
  const path = join(folder, 'D.npz');
  checkOutput(path, false);
  await writeOutput(path, Buffer.from('first'));
  expect(() => {
    checkOutput(path, false);
  }).toThrow(OutputExistsError);
  checkOutput(path, true);
  await writeOutput(path, Buffer.from('second'));
  expect(await readFile(path, 'utf8')).toBe('second');
  expect(await readdir(folder)).toEqual(['D.npz']);
});

it('makes the folder beforehand', () => {
  checkOutput(join(folder, 'new', 'deep', 'D.npz'), false);
  expect(existsSync(join(folder, 'new', 'deep'))).toBe(true);
});

it('refuses places that can hold no file before work begins', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  for (const path of [folder, join(file, 'D.npz')]) {
    expect(() => {
      checkOutput(path, true);
    }).toThrow(UsageError);
  }
});

it('says why a file cannot be written, and leaves no half of it', async () => {
  await rm(join(folder, 'gone'), { recursive: true, force: true });
  await writeFile(join(folder, 'gone'), '');
  await expect(writeOutput(join(folder, 'gone', 'D.npz'), Buffer.from('x'))).rejects.toThrow(
    /D\.npz cannot be written: \w/,
  );
  expect(await readdir(folder)).toEqual(['gone']);
});
