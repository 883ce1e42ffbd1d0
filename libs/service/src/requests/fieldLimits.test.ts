import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';

import { allMethods } from '../descriptors.js';
import { limitOf } from './checkRequest.js';
import { FIELD_LIMITS } from './fieldLimits.js';

const NO_NUMBERS = new Set([ScalarType.STRING, ScalarType.BOOL, ScalarType.BYTES]);

/** Every field that a request can hold, by its full name. */
function requestFields(): Map<string, DescField> {
  const fields = new Map<string, DescField>();
  const seen = new Set<string>();
  const walk = (message: DescMessage): void => {
    // Parameters of a run are JSON, with limits of their own.
    if (seen.has(message.typeName) || message.typeName === 'google.protobuf.Struct') return;
    seen.add(message.typeName);
    for (const field of message.fields) {
      fields.set(`${message.typeName}.${field.name}`, field);
      if (field.message !== undefined) walk(field.message);
    }
  };
  for (const { input } of allMethods()) walk(input);
  return fields;
}

const fields = requestFields();

describe('limits of requests', () => {
  it('has one for every number, list and map that a request can hold, or says why none is needed', () => {
    const counted = [...fields].filter(
      ([, { fieldKind, scalar }]) =>
        fieldKind === 'list' || fieldKind === 'map' || (scalar !== undefined && !NO_NUMBERS.has(scalar)),
    );
    expect(counted.length).toBeGreaterThan(80);
    const missing = counted.filter(([, field]) => limitOf(field) === undefined).map(([name]) => name);
    expect(missing, 'declare them in libs/service/src/requests/fieldLimits.ts').toEqual([]);
  });

  it('names only fields that there are, with a reason each', () => {
    for (const [name, limit] of Object.entries(FIELD_LIMITS)) {
      expect(fields.has(name), name).toBe(true);
      expect(('unlimited' in limit ? limit.unlimited : limit.why).length, name).toBeGreaterThan(0);
    }
  });

  it('limits the length of every list and map', () => {
    for (const [name, field] of fields) {
      if (field.fieldKind !== 'list' && field.fieldKind !== 'map') continue;
      const limit = limitOf(field);
      expect(limit !== undefined && ('unlimited' in limit || 'items' in limit), name).toBe(true);
    }
  });

  it('lets no count through that a double does not hold', () => {
    for (const [name, field] of fields) {
      if (field.fieldKind !== 'scalar' || ![ScalarType.UINT64, ScalarType.INT64].includes(field.scalar))
        continue;
      const limit = limitOf(field);
      if (field.longAsString || limit === undefined || !('to' in limit)) continue;
      expect(Number.isSafeInteger(limit.to), name).toBe(true);
    }
  });
});
