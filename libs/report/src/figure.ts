import type { NdArray } from '@oblique/arrays';

/** A number, a text, or nothing; a number that is not finite is kept as it is. */
export type Cell = number | string | null;

/** The numbers of a figure as people and spreadsheets read them: one row an observation. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** One curve's drawn points in order, in the data's units: what the page tells where the pointer is near. */
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** What every figure maker is told beside its data. */
export interface FigureHead {
  /** File name without extension and anchor in the page: lower-case letters, digits, dots, hyphens, underscores. */
  readonly id: string;
  readonly title: string;
  /** What is drawn and how to read it, in sentences. */
  readonly caption: string;
  /** Digests (`sha256:…`) of the artifacts that the numbers were read from. */
  readonly provenance?: readonly string[];
}

/** The files of a figure by their endings: its drawing in three forms, its numbers in three. */
export const FIGURE_FORMATS = ['svg', 'pdf', 'png', 'csv', 'parquet', 'npz'] as const;

/** A drawn figure with all its numbers: becomes `figures/<id>.` with every ending of {@link FIGURE_FORMATS}. */
export interface Figure extends Required<FigureHead> {
  /** A whole SVG document without external references. */
  readonly svg: string;
  readonly widthPixels: number;
  readonly heightPixels: number;
  readonly table: Table;
  /** The arrays drawn, under plain names. */
  readonly arrays: Readonly<Record<string, NdArray>>;
  /** Curves by the label of their line in the SVG, for the page's read-out. */
  readonly curves?: ReadonlyMap<string, Curve>;
}

const ID = /^[a-z0-9][a-z0-9._-]{0,79}$/;

/** @throws RangeError where the id cannot be a file name everywhere. */
export function checkFigureId(id: string): string {
  if (!ID.test(id)) {
    throw new RangeError(
      `The figure id ${JSON.stringify(id)} is not allowed: use 1 to 80 lower-case letters, digits, dots, hyphens or underscores, beginning with a letter or digit.`,
    );
  }
  return id;
}
