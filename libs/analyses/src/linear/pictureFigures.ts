import { float64, readNpy, toNumbers } from '@oblique/arrays';
import type { ArtifactStore } from '@oblique/artifacts';
import { gratingRow, readPrincipalComponents } from '@oblique/linear-learning';
import { stimulusSheet, type Figure, type LabelledImage } from '@oblique/report';
import type { NeededSteps } from '@oblique/workflow';
import type { LinearParameters } from './linearParameters.js';
import { COMPONENTS, frequenciesOf, PATCHES } from './training.js';

/** As in the paper: seven rows of eight. */
const SHOWN = 56;
const COLUMNS = 14;
const SHOWN_FREQUENCIES = 5;
const SHOWN_PHASES_DEG = [0, 90];

/** Fig. 5a: patches, and what they are made of. */
export async function patchesFigure(needed: NeededSteps, store: ArtifactStore): Promise<Figure> {
  const patchesDigest = needed.result(PATCHES, 'patches.npy').digest;
  const componentsDigest = needed.result(COMPONENTS, 'pca.npz').digest;
  const patches = readNpy(await store.get(patchesDigest));
  const { components } = readPrincipalComponents(await store.get(componentsDigest));
  const [count = 0, pixels = 0] = patches.shape;
  const shown = Math.min(SHOWN, count, pixels);
  return stimulusSheet({
    id: 'fig5a',
    title: 'Patches and their principal components (Fig. 5a)',
    caption: `The first ${shown} patches, black being 0 and white 1, and the first ${shown} components by falling variance, each from its most negative to its most positive value about a grey 0. The sign of a component is arbitrary.`,
    provenance: [patchesDigest, componentsDigest],
    tilePixels: 56,
    columns: COLUMNS,
    ranges: false,
    images: [
      ...pictures('Patches', toNumbers(patches), pixels, shown, () => [0, 1]),
      ...pictures('Principal components', components, pixels, shown, (values) => {
        const extent = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
        return [-extent, extent];
      }),
    ],
  });
}

/** Fig. 5e: the gratings that sensitivity to spatial frequency is measured with. */
export function gratingsFigure(parameters: LinearParameters): Promise<Figure> {
  const { sizePixels } = parameters;
  const all = frequenciesOf(parameters);
  const frequencies = Array.from(
    { length: SHOWN_FREQUENCIES },
    (_, index) => all[Math.round((index * (all.length - 1)) / (SHOWN_FREQUENCIES - 1))] ?? NaN,
  );
  return stimulusSheet({
    id: 'fig5e',
    title: 'Gratings of several spatial frequencies (Fig. 5e)',
    caption: `1/2 + 1/2 sin(f x + φ), x from 0 to π over the ${sizePixels} columns, black being 0 and white 1, from the lowest to the highest frequency that is measured, at two of the phases that D is averaged over.`,
    tilePixels: 112,
    columns: SHOWN_FREQUENCIES,
    ranges: false,
    images: SHOWN_PHASES_DEG.flatMap((phaseDeg) =>
      frequencies.map((frequency): LabelledImage => {
        const row = gratingRow(frequency, (phaseDeg * Math.PI) / 180, sizePixels);
        return {
          group: `Phase ${phaseDeg}°`,
          label: `${frequency.toFixed(3)} cycles/pixel`,
          pixels: float64([1, sizePixels, sizePixels], Array.from({ length: sizePixels }, () => row).flat()),
          range: [0, 1],
        };
      }),
    ),
  });
}

/** The first rows of [n, pixels] as square pictures. */
function pictures(
  group: string,
  rows: Float64Array,
  pixels: number,
  count: number,
  rangeOf: (values: Float64Array) => readonly [number, number],
): LabelledImage[] {
  const side = Math.sqrt(pixels);
  return Array.from({ length: count }, (_, index) => {
    const values = rows.slice(index * pixels, (index + 1) * pixels);
    return { group, label: `${index + 1}`, pixels: float64([1, side, side], values), range: rangeOf(values) };
  });
}
