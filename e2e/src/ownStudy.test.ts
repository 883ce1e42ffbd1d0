import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startOblique, type Ended } from './runOblique.js';

let folder: string;

beforeAll(async () => {
  // Outside the clone: what the study imports from Oblique must be found all the same.
  folder = await mkdtemp(join(tmpdir(), 'own-study-'));
  const page = await readFile(
    fileURLToPath(new URL('../../docs/adding-an-analysis.md', import.meta.url)),
    'utf8',
  );
  const [, text] = /```js\n([\s\S]*?)```/u.exec(page) ?? [];
  if (text === undefined) throw new Error('docs/adding-an-analysis.md has no study.');
  await writeFile(join(folder, 'my-study.js'), text);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const oblique = (...args: string[]): Promise<Ended> => startOblique(args, folder, join(folder, 'home')).ended;

describe('a study of the user', () => {
  it('as the docs write it is run by its file, and reported like every other', async () => {
    const { code, stderr } = await oblique(
      'run',
      'my-study.js',
      '--seeds',
      '0,1,2',
      '--set',
      'networks=["small_resnet"]',
      '--out',
      'report',
    );
    expect(stderr).not.toMatch(/rror/);
    expect(code).toBe(0);
    const results = JSON.parse(await readFile(join(folder, 'report', 'results.json'), 'utf8')) as {
      readonly claims: readonly { readonly id: string; readonly effect: number }[];
      readonly figures: readonly { readonly id: string }[];
    };
    expect(results.claims.map(({ id }) => id)).toEqual(['CP.1']);
    expect(results.claims.every(({ effect }) => Number.isFinite(effect))).toBe(true);
    expect(results.figures.map(({ id }) => id)).toEqual([
      'cardinal-preference',
      'cardinal-preference-curves',
    ]);
    expect(await readFile(join(folder, 'report', 'report.html'), 'utf8')).toContain('<svg');
  });

  it('is refused with what is wrong', async () => {
    await writeFile(join(folder, 'none.js'), 'export const nothing = 1;');
    await writeFile(join(folder, 'broken.js'), 'export default nothing;');
    expect(await oblique('run', 'missing.js', '--out', 'r1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('There is no file missing.js'),
    });
    expect(await oblique('run', 'none.js', '--out', 'r2')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('exports no study'),
    });
    expect(await oblique('run', 'broken.js', '--out', 'r3')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nothing is not defined'),
    });
    const wrong = await oblique('run', 'my-study.js', '--set', 'orientations=3', '--out', 'r4');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('orientations') });
  });
});
