import { describe, expect, it } from 'vitest';
import { canonicalJson, parseDigest, sha256 } from './index.js';

describe('canonicalJson', () => {
  it('writes the example of RFC 8785, section 3.2.2 and 3.2.3, as that RFC does', () => {
    const value = {
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys by UTF-16 code units', () => {
    // RFC 8785, section 3.2.3
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect([...canonicalJson(value).matchAll(/:(\d)/g)].map((match) => Number(match[1]))).toEqual([
      2, 4, 6, 7, 1, 5, 3,
    ]);
  });

  it('refuses what JSON has no word for, saying where', () => {
    expect(() => canonicalJson({ a: [1, -Infinity] })).toThrow(
      'JSON has no word for -Infinity, found at $.a[1].',
    );
  });
});

describe('digests', () => {
  it('are SHA-256', () => {
    // FIPS 180-2, appendix B.1
    expect(sha256(Buffer.from('abc'))).toBe(
      'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('are refused unless they are whole', () => {
    const digest = sha256(Buffer.from('abc'));
    expect(parseDigest(digest)).toBe(digest);
    for (const text of ['', digest.slice(0, -1), digest.toUpperCase(), `${digest}/../x`, `${digest}\n`]) {
      expect(() => parseDigest(text)).toThrow(/is no digest/);
    }
  });
});
