import type { Cell, Table } from './figure.js';

/**
 * The table as RFC 4180 says it, with a head line, in UTF-8. Numbers are the shortest text that reads back to the
 * same double; what is not a number is `nan`, `inf` or `-inf`, and nothing is an empty cell. A name that a spreadsheet
 * would take for a formula stands behind an apostrophe, in quotes.
 */
export function writeCsv({ columns, rows }: Table): Uint8Array {
  const lines = [columns, ...rows].map((row) => row.map(cellText).join(','));
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n`);
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return nameText(cell);
  if (Number.isNaN(cell)) return 'nan';
  if (!Number.isFinite(cell)) return cell > 0 ? 'inf' : '-inf';
  return String(cell);
}

/** Source: OWASP, "CSV Injection". */
function nameText(name: string): string {
  const formula = /^[=+\-@\t\r]/.test(name);
  if (!formula && !/[",\r\n]/.test(name)) return name;
  return `"${formula ? "'" : ''}${name.replaceAll('"', '""')}"`;
}
