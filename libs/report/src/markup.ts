import { escapeMarkup } from './drawableText.js';

/** HTML that is safe to insert as it is. Only `markup` and `trusted` make it. */
export class Markup {
  constructor(readonly html: string) {}
}

/** What a template may hold: text and numbers, which are escaped, and markup, which is not. */
export type Content = string | number | Markup | readonly Content[] | undefined;

/** HTML from a template in which every inserted text is escaped, so that no name from a file can become code. */
export function markup(literals: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return new Markup(literals.map((literal, index) => literal + htmlOf(contents[index])).join(''));
}

/** Text that is HTML already, made by this library and not by its users. */
export function trusted(html: string): Markup {
  return new Markup(html);
}

function htmlOf(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Markup) return content.html;
  if (typeof content === 'string' || typeof content === 'number') return escapeMarkup(String(content));
  return content.map(htmlOf).join('');
}
