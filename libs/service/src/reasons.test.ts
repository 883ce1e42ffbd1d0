import { readFile } from 'node:fs/promises';

import { status as GrpcStatus } from '@grpc/grpc-js';
import { expect, test } from 'vitest';

import { REASONS } from './reasons.js';

test('docs/errors.md has exactly the registry: reason, status and description', async () => {
  const page = await readFile(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  const documented = rows.map(([, reason, status, description]) => ({ reason, status, description }));
  const registered = Object.entries(REASONS).map(([reason, { status, description }]) => ({
    reason,
    status: GrpcStatus[status],
    description,
  }));
  expect(documented).toEqual(registered);
});
