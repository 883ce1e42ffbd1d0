import { describe, expect, it } from 'vitest';

import { isLocalPeer, listOf } from './callerAccess.js';

describe('whether a caller is on this machine', () => {
  it.each(['127.0.0.1:5000', '127.9.9.9:1', '[::1]:5000', '::1:5000', '::ffff:127.0.0.1:80', 'unix:/run/x'])(
    '%s is',
    (peer) => {
      expect(isLocalPeer(peer)).toBe(true);
    },
  );

  it.each([
    '10.0.0.1:5000',
    '192.168.1.2:1',
    '[fe80::1]:5000',
    '8.8.8.8:1',
    'unknown',
    '',
    '127.0.0.1.evil.org:1',
  ])('%j is not', (peer) => {
    expect(isLocalPeer(peer)).toBe(false);
  });
});

it('reads lists by commas', () => {
  expect(listOf(' /data , s3://photos,,')).toEqual(['/data', 's3://photos']);
  expect(listOf(undefined)).toEqual([]);
});
