const NOT_IN_XML = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/**
 * `text` without the characters that XML cannot hold (control characters, lone surrogates): each becomes �.
 * Layer names come from foreign files, and one such character would make a whole SVG unreadable.
 */
export function drawableText(text: string): string {
  return text.replace(NOT_IN_XML, '\uFFFD');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** `text` for an element's content or a quoted attribute of HTML or SVG. */
export function escapeMarkup(text: string): string {
  return drawableText(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/**
 * `text` with its middle left out where it exceeds `length` characters. Both ends stay: names of layers share
 * their beginnings, and their endings tell them apart.
 */
export function shortenMiddle(text: string, length: number): string {
  const characters = Array.from(drawableText(text));
  if (characters.length <= length) return characters.join('');
  const tail = Math.ceil((length - 1) * 0.6);
  return `${characters.slice(0, length - 1 - tail).join('')}…${characters.slice(-tail).join('')}`;
}

/**
 * The names shortened to `length` characters each. Where some are longer, what all of them begin or end with
 * (whole parts between dots or slashes) goes first; where two would still look the same, their position is added.
 */
export function shortenDistinctly(names: readonly string[], length: number): string[] {
  if (names.every((name) => Array.from(name).length <= length)) return names.map(drawableText);
  const head = commonParts(names.map((name) => name.split(PARTS)));
  const tail = commonParts(names.map((name) => name.split(PARTS).reverse()));
  const short = names.map((name) => {
    const parts = name.split(PARTS);
    const kept = parts.slice(head, Math.max(head + 1, parts.length - tail)).join('').replace(/^[./]|[./]$/g, '');
    return shortenMiddle(`${head > 0 ? '…' : ''}${kept}${tail > 0 ? '…' : ''}`, length);
  });
  return short.map((name, index) =>
    short.indexOf(name) === short.lastIndexOf(name) ? name : `${shortenMiddle(names[index] ?? name, length - 4)} #${index + 1}`,
  );
}

const PARTS = /(?<=[./])/;

/** How many leading parts all names share, one part at least left to each. */
function commonParts(names: readonly (readonly string[])[]): number {
  const [first = []] = names;
  if (names.length < 2) return 0;
  let shared = 0;
  while (names.every((parts) => shared < parts.length - 1 && parts[shared] === first[shared])) shared += 1;
  return shared;
}

/** JSON in ASCII: a literal of vega's expression language whatever the text holds. */
export function asciiJson(value: readonly string[]): string {
  return JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
