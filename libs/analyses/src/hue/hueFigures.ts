import { readNpy } from '@oblique/arrays';
import type { ArtifactStore } from '@oblique/artifacts';
import { hueDiscrimination } from '@oblique/human-references';
import { layerCurves, stepCurves, stimulusSheet, type Figure } from '@oblique/report';
import { smoothCircular } from '@oblique/statistics';
import type { NeededSteps } from '@oblique/workflow';
import { renderedImage } from '@oblique/study';
import { meanCurve, type HueReferences, type MeasuredHues } from './hueCurves.js';
import { hueAngles, type HueParameters } from './hueParameters.js';
import { RENDER, SHOWN_HUES_DEG, SHOWN_SATURATIONS } from './hueSteps.js';

const TICKS = [0, 60, 120, 180, 240, 300, 360];

/** Every figure of the report, in its order. */
export async function hueFigures(
  measured: readonly MeasuredHues[],
  references: HueReferences,
  parameters: HueParameters,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<Figure[]> {
  return [
    await stimuliFigure(needed, store),
    await discriminationFigure(),
    await overlayFigure(measured, references, parameters),
    await layersFigure(measured, parameters),
    await frequencyFigure(references, parameters),
  ];
}

async function stimuliFigure(needed: NeededSteps, store: ArtifactStore): Promise<Figure> {
  const { digest } = needed.result(RENDER, 'images.npy');
  const images = readNpy(await store.get(digest));
  return stimulusSheet({
    id: 'fig3a',
    title: 'Uniform colours (Fig. 3a)',
    caption:
      'Images of one hue, saturation and value, here of value 1, before they are normalised as the networks take them.',
    provenance: [digest],
    tilePixels: 84,
    columns: SHOWN_HUES_DEG.length,
    ranges: false,
    images: SHOWN_SATURATIONS.flatMap((saturation, row) =>
      SHOWN_HUES_DEG.map((hueDeg, column) => ({
        group: `Saturation ${saturation}`,
        label: `${hueDeg}°`,
        pixels: renderedImage(images, row * SHOWN_HUES_DEG.length + column),
        range: [0, 1] as const,
      })),
    ),
  });
}

function discriminationFigure(): Promise<Figure> {
  const { hueDeg, deltaE } = hueDiscrimination();
  return stepCurves({
    id: 'fig3b',
    title: 'Human sensitivity to hue, by CIELAB (Fig. 3b)',
    caption:
      'Distance ΔE*ab of 1976 between neighbouring ones of 360 hues at full saturation and value. Computed from the colour space, which was fitted to human judgements; not measured.',
    axis: { name: 'hueDeg', title: 'hue (degrees)', values: hueDeg },
    value: { name: 'deltaE', title: 'ΔE between neighbouring hues' },
    colours: 'categorical',
    legendTitle: '',
    panels: [{ name: '', lines: [{ name: 'CIELAB', values: deltaE }] }],
  });
}

/** The deep layers of every network over what hues are frequent, and what people tell apart. */
function overlayFigure(
  measured: readonly MeasuredHues[],
  { frequency, discrimination, images, digest }: HueReferences,
  parameters: HueParameters,
): Promise<Figure> {
  const source = imagesInWords(images);
  const smooth = smoothCircular(frequency, 360 / parameters.hues, parameters.smoothDeg);
  return stepCurves({
    id: 'fig3c',
    title: 'Sensitivity to hue and the frequency of hues (Fig. 3c)',
    caption: `√D, mean of the deep half of the layers and of seeds, with the frequency of hues in ${source}, both smoothed over ${parameters.smoothDeg}°, and with human discrimination; each divided by its mean.`,
    provenance: [...measured.flatMap(({ provenance }) => provenance), digest],
    axis: { name: 'hueDeg', title: 'hue (degrees)', values: hueAngles(parameters) },
    value: { name: 'relative', title: 'relative to the mean', scale: 'linear', shared: false },
    colours: 'categorical',
    legendTitle: '',
    references: [{ along: 'y', at: 1 }],
    panels: measured.map(({ network, deep }) => ({
      name: network.label,
      lines: [
        { name: 'network (√D)', values: meanCurve(deep) },
        { name: 'frequency in images', values: smooth },
        { name: 'human (CIELAB)', values: discrimination },
      ],
    })),
  });
}

function layersFigure(measured: readonly MeasuredHues[], parameters: HueParameters): Promise<Figure> {
  return layerCurves({
    id: 'fig3c-layers',
    title: 'Sensitivity to hue, every layer',
    caption:
      '√D divided by its mean, for the first seed, not smoothed, from the first layer (dark) to the last (light). At a sixth of the circle another channel begins to move: curves may jump there.',
    provenance: measured.flatMap(({ provenance }) => provenance.slice(0, 1)),
    axis: { name: 'hue', unit: 'degree', values: hueAngles(parameters), ticks: TICKS },
    value: { name: 'rootD', title: '√D / mean √D' },
    flatLevel: 1,
    panels: measured.map(({ network, layers, members }) => ({
      name: network.label,
      layers: layers.map((layer, index) => ({ name: layer, values: members[0]?.[index] ?? [] })),
    })),
  });
}

/** Text and code keep different pixels. */
function frequencyFigure(
  { frequency, otherFrequency, images, digest }: HueReferences,
  { protocol, ...parameters }: HueParameters,
): Promise<Figure> {
  const [text, code] = protocol === 'text' ? [frequency, otherFrequency] : [otherFrequency, frequency];
  return stepCurves({
    id: 'fig3c-frequency',
    title: 'The frequency of hues, as the text and as the code count pixels',
    caption: `Pixels of ${imagesInWords(images)} by HSV hue, divided by the mean over hues. Text: saturation and value at least 0.5; code: saturation at least 0.1, value at least 0.5.`,
    provenance: [digest],
    axis: { name: 'hueDeg', title: 'hue (degrees)', values: hueAngles(parameters) },
    value: { name: 'relative', title: 'frequency / mean frequency' },
    colours: 'categorical',
    legendTitle: 'pixels',
    references: [{ along: 'y', at: 1 }],
    panels: [
      {
        name: '',
        lines: [
          { name: 'text', values: text },
          { name: 'code', values: code },
        ],
      },
    ],
  });
}

/** e.g. "900 images of scenes (synthetic)". */
export function imagesInWords({ images, kind }: HueReferences['images']): string {
  return `${images} images of ${kind}`;
}
