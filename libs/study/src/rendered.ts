import { readNpy, type NdArray } from '@oblique/arrays';
import type { stimulusV1 } from '@oblique/contracts';
import { stimulusSheet } from '@oblique/report';
import { axesOf, labelOf, type AxesByName, type Axis } from './axis.js';
import type { DeclaredFigure } from './figures.js';
import type { Source } from './source.js';
import { renderedImage, renderStep } from './steps/renderStep.js';

/** Pictures of stimuli. */
export interface Pictures {
  readonly rows: Axis;
  readonly columns: Axis;
  /** [rows · columns, 3, H, W] */
  readonly images: NdArray;
  readonly digest: string;
}

/** Pictures of a stimulus as data: over two of its parameters, one the row and one the column of a sheet. */
export function pictures(
  id: string,
  stimulus: stimulusV1.StimulusSpec,
  over: AxesByName,
  variable: string,
): Source<Pictures> {
  const [rows, columns] = axesOf(over);
  if (rows === undefined || columns === undefined)
    throw new RangeError('Pictures have two axes: rows, columns.');
  const grid = [rows, columns].map(({ name, values }) => ({ parameter: name, values: values.map(Number) }));
  return {
    steps: (services) => [renderStep(id, stimulus, grid, variable, services)],
    read: async ({ needed, store }) => {
      const { digest } = needed.result(id, 'images.npy');
      return { rows, columns, images: readNpy(await store.get(digest)), digest };
    },
  };
}

/** What a sheet of pictures says. */
export interface SheetWords {
  readonly title: string;
  readonly caption: string;
  /** Values that are black and white. */
  readonly range: readonly [number, number];
  readonly tilePixels: number;
}

/** A sheet of pictures. */
export function sheet(id: string, shown: Pictures, { range, ...words }: SheetWords): DeclaredFigure {
  const { rows, columns, images, digest } = shown;
  const width = columns.values.length;
  return {
    id,
    draw: () =>
      stimulusSheet({
        id,
        ...words,
        provenance: [digest],
        columns: width,
        ranges: false,
        images: rows.values.flatMap((_, row) =>
          columns.values.map((_value, column) => ({
            group: labelOf(rows, row),
            label: labelOf(columns, column),
            pixels: renderedImage(images, row * width + column),
            range,
          })),
        ),
      }),
  };
}
