import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';

import { ServiceError } from '../serviceError.js';
import { FIELD_LIMITS, MOST_CHARACTERS, STRUCT_LIMITS } from './fieldLimits.js';
import type { FieldLimit, NumberLimit } from './fieldLimit.js';

/** A decoded message, as its fields are called in TypeScript. */
type Message = Readonly<Record<string, unknown>>;

/** Checks one field's value, which stands at `path` of the request. */
type Check = (value: unknown, path: string) => void;

const checks = new Map<string, (message: Message, path: string) => void>();

/**
 * Holds every field of a decoded request against its limit: numbers, lengths of lists and texts, and the values of
 * enumerations.
 * @param path what stands before the names of the message's fields: empty, or e.g. "spec."
 * @throws ServiceError VALUE_OUT_OF_RANGE or INVALID_ARGUMENT naming the field, its value and what is allowed
 */
export function checkRequest(schema: DescMessage, request: object, path = ''): void {
  let check = checks.get(schema.typeName);
  if (check === undefined) {
    check = checkOf(schema);
    checks.set(schema.typeName, check);
  }
  check({ ...request }, path);
}

function checkOf(schema: DescMessage): (message: Message, path: string) => void {
  const fields = schema.fields.map((field) => ({
    name: field.name,
    read: readerOf(field),
    check: fieldCheck(field),
  }));
  return (message, path) => {
    for (const { name, read, check } of fields) {
      const value = read(message);
      if (value !== undefined) check(value, `${path}${name}`);
    }
  };
}

function readerOf({ localName, oneof }: DescField): (message: Message) => unknown {
  if (oneof === undefined) return (message) => message[localName];
  return (message) => {
    const chosen = message[oneof.localName];
    return isChosen(chosen) && (chosen.$case ?? chosen.case) === localName ? chosen.value : undefined;
  };
}

/** A oneof as ts-proto has it, or as protobuf-es. */
interface Chosen {
  readonly $case?: string;
  readonly case?: string;
  readonly value?: unknown;
}

function isChosen(value: unknown): value is Chosen {
  return typeof value === 'object' && value !== null;
}

/** The limit of a field; undefined where it needs none. */
export function limitOf(field: DescField): FieldLimit | undefined {
  return FIELD_LIMITS[`${field.parent.typeName}.${field.name}`];
}

function fieldCheck(field: DescField): Check {
  const limit = limitOf(field);
  if (limit !== undefined && 'unlimited' in limit) return () => undefined;
  const check = valueCheck(field, limit);
  switch (field.fieldKind) {
    case 'list':
      return (value, path) => {
        if (!Array.isArray(value)) throw new TypeError(`${path} is decoded as no list.`);
        checkItems(value.length, limit, path);
        const items: readonly unknown[] = value;
        for (const [index, item] of items.entries()) check(item, `${path}[${index}]`);
      };
    case 'map':
      return (value, path) => {
        if (typeof value !== 'object' || value === null) throw new TypeError(`${path} is decoded as no map.`);
        const entries = Object.entries<unknown>(value as Message);
        checkItems(entries.length, limit, path);
        for (const [key, item] of entries) {
          checkText(key, MOST_CHARACTERS, `a name in ${path}`);
          check(item, `${path}.${key}`);
        }
      };
    default:
      return check;
  }
}

function valueCheck(field: DescField, limit: FieldLimit | undefined): Check {
  const { message, enum: enumeration, scalar } = field;
  if (message?.typeName === 'google.protobuf.Struct') return checkStruct;
  if (message !== undefined)
    return (value, path) => {
      if (typeof value !== 'object' || value === null)
        throw new TypeError(`${path} is decoded as no message.`);
      checkRequest(message, value, `${path}.`);
    };
  if (enumeration !== undefined) {
    const known = new Map(enumeration.values.map(({ number, name }) => [number, name]));
    return (value, path) => {
      if (typeof value === 'number' && known.has(value)) return;
      const names = [...known].map(([number, name]) => `${name} (${number})`).join(', ');
      throw new ServiceError(
        'INVALID_ARGUMENT',
        `${path} = ${String(value)} is unknown; it must be one of ${names}.`,
        { field: path },
      );
    };
  }
  if (scalar === ScalarType.STRING) {
    const characters = limit !== undefined && 'characters' in limit ? limit.characters : MOST_CHARACTERS;
    return (value, path) => {
      checkText(value, characters, path);
    };
  }
  if (limit === undefined || !('to' in limit)) return () => undefined;
  return numberCheck(limit, scalar === ScalarType.DOUBLE || scalar === ScalarType.FLOAT);
}

function numberCheck({ from, to, why }: NumberLimit, real: boolean): Check {
  const least = from ?? (real ? -Number.MAX_VALUE : 0);
  return (value, path) => {
    // 64 bits that a double does not hold come as digits.
    const number = typeof value === 'string' ? BigInt(value) : value;
    if ((typeof number === 'number' || typeof number === 'bigint') && number >= least && number <= to) return;
    const range =
      least === -Number.MAX_VALUE && to === Number.MAX_VALUE
        ? 'a finite number.'
        : `${real ? 'a' : 'a whole'} number from ${least} to ${to}. ${why}`;
    throw new ServiceError(
      'VALUE_OUT_OF_RANGE',
      `${path} = ${String(value)} is not possible; it must be ${range}`,
      { field: path },
    );
  };
}

function checkItems(items: number, limit: FieldLimit | undefined, path: string): void {
  if (limit === undefined || !('items' in limit) || items <= limit.items) return;
  throw new ServiceError(
    'VALUE_OUT_OF_RANGE',
    `${path} has ${items} entries; at most ${limit.items} are allowed. ${limit.why}`,
    { field: path },
  );
}

function checkText(value: unknown, characters: number, path: string): void {
  if (typeof value !== 'string') throw new TypeError(`${path} is decoded as no text.`);
  if (value.length > characters) {
    throw new ServiceError(
      'VALUE_OUT_OF_RANGE',
      `${path} has ${value.length} characters; at most ${characters} are allowed.`,
      { field: path },
    );
  }
  if (value.includes('\0'))
    throw new ServiceError('INVALID_ARGUMENT', `${path} holds a NUL character, which no name or path has.`, {
      field: path,
    });
}

/** Parameters of a run: plain JSON when they are decoded. */
function checkStruct(struct: unknown, path: string): void {
  let values = 0;
  const walk = (value: unknown, at: string, depth: number): void => {
    values += 1;
    if (values > STRUCT_LIMITS.values || depth > STRUCT_LIMITS.depth) {
      throw new ServiceError(
        'VALUE_OUT_OF_RANGE',
        `${path} holds more than ${STRUCT_LIMITS.values} values, or nests them deeper than ${STRUCT_LIMITS.depth}.`,
        { field: path },
      );
    }
    if (typeof value === 'string') checkText(value, STRUCT_LIMITS.characters, at);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new ServiceError('VALUE_OUT_OF_RANGE', `${at} = ${value} is not possible; it must be finite.`, {
        field: at,
      });
    }
    if (typeof value !== 'object' || value === null) return;
    const below = Array.isArray(value)
      ? value.map((item: unknown, index): [string, unknown] => [`${at}[${index}]`, item])
      : Object.entries(value).map(([key, item]): [string, unknown] => [`${at}.${key}`, item]);
    for (const [name, item] of below) walk(item, name, depth + 1);
  };
  walk(struct, path, 0);
}
