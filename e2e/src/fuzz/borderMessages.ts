import {
  create,
  ScalarType,
  type DescField,
  type DescMessage,
  type JsonObject,
  type Message,
} from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import type { Draw } from './draw.js';

const WHOLE = [
  0n,
  1n,
  2n,
  7n,
  64n,
  4097n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 50n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 64n - 1n,
  -1n,
  -(2n ** 31n),
  -(2n ** 63n),
];
const REAL = [0, -0, 1, -1, 0.5, 1e-3, 45, 90, 1e3, 1e308, -1e308, 5e-324, NaN, Infinity, -Infinity];
const ODD_TEXTS = [
  '',
  ' ',
  '.',
  '..',
  '../../etc',
  'x'.repeat(201),
  'x'.repeat(5000),
  'a\0b',
  'ünïcode 🙂',
  '\u202e',
  '=1+1',
  '*',
  '__proto__',
  'constructor',
  'toString',
  'sha256:',
  `sha256:${'0'.repeat(64)}`,
  `sha256:${'G'.repeat(64)}`,
  '/',
  '/dev/zero',
  '/proc/self/mem',
  '/nonexistent',
  'file:///etc',
  'file://host/x',
  's3://b',
  's3://bucket/prefix',
  'http://',
  'http://127.0.0.1:1/x.tar',
  'http://[::1/x.tar',
  'https://invalid.invalid/x.npz',
];

/** Words with a meaning to the services, so that what is generated gets beyond the first check. */
export type Words = readonly string[];

/** A message with some of its fields at the borders of what their types hold. */
export function borderMessage(schema: DescMessage, draw: Draw, words: Words, depth = 0): Message {
  const message = create(schema);
  const fields = reflect(schema, message);
  const oneofs = new Map(schema.oneofs.map((oneof) => [oneof, draw.pick(oneof.fields)]));
  for (const field of schema.fields) {
    if (field.oneof !== undefined && oneofs.get(field.oneof) !== field) continue;
    if (draw.chance(depth > 5 ? 0.9 : 0.25)) continue;
    setBorder(fields, field, draw, words, depth);
  }
  return message;
}

/** Sets one field somewhere below the message to a value at its border. */
export function disturb(schema: DescMessage, message: Message, draw: Draw, words: Words): void {
  const fields = reflect(schema, message);
  if (schema.fields.length === 0) return;
  const field = draw.pick(schema.fields);
  if (field.fieldKind === 'message' && fields.isSet(field) && draw.chance(0.85)) {
    const below: unknown = fields.get(field);
    if (isReflectMessage(below)) {
      disturb(field.message, below.message, draw, words);
      return;
    }
  }
  if (field.fieldKind === 'list' && field.listKind === 'message' && draw.chance(0.7)) {
    const list = fields.get(field);
    const item: unknown = list.size === 0 ? undefined : list.get(draw.below(list.size));
    if (isReflectMessage(item)) {
      disturb(field.message, item.message, draw, words);
      return;
    }
  }
  if (draw.chance(0.1)) fields.clear(field);
  else setBorder(fields, field, draw, words, 2);
}

function setBorder(fields: ReflectMessage, field: DescField, draw: Draw, words: Words, depth: number): void {
  switch (field.fieldKind) {
    case 'scalar':
      fields.set(field, scalar(field.scalar, field.longAsString, draw, words));
      return;
    case 'enum':
      fields.set(field, draw.chance(0.8) ? draw.pick(field.enum.values).number : draw.pick([-1, 99]));
      return;
    case 'message':
      if (depth > 8) return;
      // Protobuf-es holds a Struct as plain JSON.
      if (field.message.typeName === 'google.protobuf.Struct') {
        Object.assign(fields.message, { [field.localName]: borderJson(draw, words, 0) });
        return;
      }
      fields.set(field, reflect(field.message, borderMessage(field.message, draw, words, depth + 1)));
      return;
    case 'list': {
      const list = fields.get(field);
      const length = draw.chance(0.05) ? draw.pick([100, 5000]) : draw.below(4);
      for (let index = 0; index < length; index++) {
        if (field.listKind === 'scalar') list.add(scalar(field.scalar, field.longAsString, draw, words));
        else if (field.listKind === 'enum') list.add(draw.pick(field.enum.values).number);
        else if (length < 10)
          list.add(reflect(field.message, borderMessage(field.message, draw, words, depth + 1)));
      }
      return;
    }
    case 'map': {
      const map = fields.get(field);
      for (let count = draw.below(4); count > 0; count--) {
        const key = draw.pick(words);
        if (field.mapKind === 'scalar') map.set(key, scalar(field.scalar, false, draw, words));
        else if (field.mapKind === 'message')
          map.set(key, reflect(field.message, borderMessage(field.message, draw, words, depth + 1)));
      }
    }
  }
}

function scalar(
  type: ScalarType,
  longAsString: boolean,
  draw: Draw,
  words: Words,
): string | number | bigint | boolean | Uint8Array {
  switch (type) {
    case ScalarType.STRING:
      return draw.chance(0.5) ? draw.pick(words) : draw.pick(ODD_TEXTS).replace(/[\ud800-\udfff]/gu, '');
    case ScalarType.BOOL:
      return draw.chance(0.5);
    case ScalarType.BYTES:
      return draw.bytes(draw.below(40));
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT: {
      const value = draw.pick(REAL);
      return type === ScalarType.FLOAT && Math.abs(value) > 1e38 ? Math.sign(value) * Infinity : value;
    }
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return Number(BigInt.asIntN(32, draw.pick(WHOLE)));
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return Number(BigInt.asUintN(32, draw.pick(WHOLE)));
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64: {
      const value = BigInt.asIntN(64, draw.pick(WHOLE));
      return longAsString ? String(value) : value;
    }
    case ScalarType.UINT64:
    case ScalarType.FIXED64: {
      const value = BigInt.asUintN(64, draw.pick(WHOLE));
      return longAsString ? String(value) : value;
    }
  }
}

function borderJson(draw: Draw, words: Words, depth: number): JsonObject {
  const value = (): JsonObject[string] => {
    switch (draw.below(depth > 3 ? 4 : 6)) {
      case 0:
        return draw.pick(REAL.filter(Number.isFinite));
      case 1:
        return draw.pick([...words, ...ODD_TEXTS]);
      case 2:
        return draw.chance(0.5);
      case 3:
        return null;
      case 4:
        return Array.from({ length: draw.below(4) }, value);
      default:
        return borderJson(draw, words, depth + 1);
    }
  };
  return Object.fromEntries(Array.from({ length: draw.below(5) }, () => [draw.pick(words), value()]));
}

function isReflectMessage(value: unknown): value is ReflectMessage {
  return typeof value === 'object' && value !== null && 'message' in value && 'desc' in value;
}
