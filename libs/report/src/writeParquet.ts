import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import type { Cell, Table } from './figure.js';

/** The table as Apache Parquet: numbers as DOUBLE, columns that hold a text as UTF-8 strings, nothing as null. */
export function writeParquet({ columns, rows }: Table): Uint8Array {
  const columnData = columns.map((name, index) =>
    columnOf(
      name,
      rows.map((row) => row[index] ?? null),
    ),
  );
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function columnOf(name: string, cells: readonly Cell[]): ColumnSource {
  if (cells.every((cell) => typeof cell !== 'string')) return { name, data: [...cells], type: 'DOUBLE' };
  return { name, data: cells.map((cell) => (cell === null ? null : String(cell))), type: 'STRING' };
}
