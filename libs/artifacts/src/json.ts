/** What JSON can say; numbers are finite. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * The one text of a value: keys sorted by UTF-16 code units, no white space, numbers as ECMAScript writes them
 * (RFC 8785). Equal values have equal texts, so it can be hashed.
 * @throws TypeError at a number that is not finite, or at anything that JSON has no word for
 */
export function canonicalJson(value: Json): string {
  return write(value, '$');
}

function write(value: Json, path: string): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`JSON has no word for ${value}, found at ${path}.`);
    return JSON.stringify(value);
  }
  if (typeof value !== 'object') {
    throw new TypeError(`JSON has no word for a value of type ${typeof value}, found at ${path}.`);
  }
  if (isArray(value)) return `[${value.map((item, index) => write(item, `${path}[${index}]`)).join(',')}]`;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${write(member, `${path}.${key}`)}`);
  return `{${members.join(',')}}`;
}

/** `Array.isArray` that also narrows readonly arrays. */
function isArray(value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] {
  return Array.isArray(value);
}

/**
 * Reads JSON text.
 * @throws SyntaxError where it is none
 */
export function parseJson(text: string): Json {
  return JSON.parse(text) as Json;
}
