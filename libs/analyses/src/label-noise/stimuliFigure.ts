import { readNpy } from '@oblique/arrays';
import type { ArtifactStore } from '@oblique/artifacts';
import { stimulusSheet, type Figure } from '@oblique/report';
import type { NeededSteps } from '@oblique/workflow';
import { renderedImage } from '@oblique/study';

export const RENDER = 'render the gratings';
export const SHOWN_ORIENTATIONS_DEG = [0, 30, 60, 90, 120, 150];
export const SHOWN_PHASES_DEG = [0, 90];

/** Fig. 6a: the gratings that are learned. */
export async function stimuliFigure(needed: NeededSteps, store: ArtifactStore): Promise<Figure> {
  const { digest } = needed.result(RENDER, 'images.npy');
  const images = readNpy(await store.get(digest));
  return stimulusSheet({
    id: 'fig6a',
    title: 'The gratings whose orientation is learned (Fig. 6a)',
    caption:
      'Cosine gratings behind a soft disc, black being -1 and white 1: 0° has horizontal bars, 90° vertical ones. The class is the orientation in bins of equal width.',
    provenance: [digest],
    tilePixels: 112,
    columns: SHOWN_ORIENTATIONS_DEG.length,
    ranges: false,
    images: SHOWN_PHASES_DEG.flatMap((phaseDeg, row) =>
      SHOWN_ORIENTATIONS_DEG.map((orientationDeg, column) => ({
        group: `Phase ${phaseDeg}°`,
        label: `${orientationDeg}°`,
        pixels: renderedImage(images, row * SHOWN_ORIENTATIONS_DEG.length + column),
        range: [-1, 1] as const,
      })),
    ),
  });
}
