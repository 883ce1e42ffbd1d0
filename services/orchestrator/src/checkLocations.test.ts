import { AccessRefusedError } from '@oblique/datasets';
import { describe, expect, it } from 'vitest';
import { checkLocations } from './checkLocations.js';

const NOTHING = { roots: [], hosts: [] };

describe('places in the parameters of a run', () => {
  it.each([
    { dataset: '/etc' },
    { dataset: 'photos.tar' },
    { nested: { photos: ['scenes', 's3://bucket/x'] } },
    { anything: 'http://169.254.169.254/x.tar' },
    { anything: '../x' },
  ])('%j is refused to callers on other machines', async (parameters) => {
    await expect(checkLocations(NOTHING, parameters)).rejects.toBeInstanceOf(AccessRefusedError);
    await expect(checkLocations(undefined, parameters)).resolves.toBeUndefined();
  });

  it('lets names and numbers pass', async () => {
    const parameters = { dataset: 'scenes', networks: ['tiny', 'resnet18@0'], seeds: [0], profile: null };
    await expect(checkLocations(NOTHING, parameters)).resolves.toBeUndefined();
  });
});
