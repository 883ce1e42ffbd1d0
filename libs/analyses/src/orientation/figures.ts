import { toNumbers, type NdArray } from '@oblique/arrays';
import {
  layerCurves,
  ratioByDepth,
  ratioHeatmap,
  stimulusSheet,
  type CurvePanel,
  type Figure,
  type LabelledImage,
  type RatioSeries,
} from '@oblique/report';
import { type LayerRatio, renderedImage } from '@oblique/study';
import type { Condition } from './condition.js';
import type { GaborShape } from './gabor.js';
import type { OrientationParameters } from './orientationParameters.js';
import type { Protocol } from './protocols.js';
import { deepHalf } from '../verdicts.js';

/** Curves of one network: the arrays of its `curves.npz`, and its layers in the order of depth. */
export interface NetworkCurves {
  readonly name: string;
  readonly note: string;
  readonly layers: readonly string[];
  readonly arrays: ReadonlyMap<string, NdArray>;
}

/** What every figure is told beside its data. */
interface Head {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly provenance: readonly string[];
}

/** Sensitivity over orientation, a panel for each network; drawn as the protocol has it. */
export function curvesFigure(
  head: Head,
  networks: readonly NetworkCurves[],
  orientations: readonly number[],
  protocol: Protocol,
): Promise<Figure> {
  return layerCurves({
    ...head,
    axis: {
      name: 'orientation',
      unit: 'degree',
      values: orientations,
      // With both ends measured, 0 and 180 are two different averages over phases.
      ...(protocol === 'text' ? { period: 180 } : {}),
      ticks: [0, 45, 90, 135, 180],
    },
    value:
      protocol === 'text' ? { name: 'D', title: 'D / mean D' } : { name: 'normalised', title: '√D / Σ √D' },
    flatLevel: protocol === 'text' ? 1 : 1 / orientations.length,
    panels: networks.map((network): CurvePanel => ({
      name: network.name,
      note: network.note,
      layers: network.layers.map((layer) => ({ name: layer, values: drawnCurve(network, layer, protocol) })),
    })),
  });
}

/** Ratios by depth, a series for each condition. */
export function ratioFigure(
  head: Head,
  series: readonly { readonly name: string; readonly layers: readonly LayerRatio[] }[],
  quantity: 'D' | '√D',
): Promise<Figure> {
  return ratioByDepth({
    ...head,
    valueTitle: `cardinal / oblique ratio of ${quantity}`,
    series: series.map(({ name, layers }): RatioSeries => ({
      name,
      points: layers.map(({ layer, ratio, interval }, index) => ({
        layer,
        depth: index + 1,
        ratio,
        low: interval.low,
        high: interval.high,
      })),
    })),
  });
}

/** The deep layers' ratio for every Gabor of the grid, in the order of `gaborGrid`. */
export function gaborGridFigure(
  { label, slug }: Condition,
  provenance: readonly string[],
  parameters: OrientationParameters,
  gabors: readonly (readonly LayerRatio[])[],
): Promise<Figure> {
  const { gridFrequencies, gridSigmas, gridContrasts, halfWidth } = parameters;
  return ratioHeatmap({
    id: `si3-${slug}`,
    title: `${label}: other Gabors (SI Fig. 3)`,
    caption:
      `Cardinal/oblique ratio of √D within ±${halfWidth}°, geometric mean over the deep half of the layers, for every ` +
      'Gabor. Frequencies and standard deviations are those for images of 224 pixels.',
    provenance,
    x: { name: 'frequency', unit: 'cycle/pixel', values: gridFrequencies },
    y: { name: 'sigma', unit: 'pixel', values: gridSigmas },
    panel: { name: 'contrast', values: gridContrasts },
    ratios: gabors.map((layers) => Math.exp(meanLog(deepHalf(layers).map(({ ratio }) => ratio)))),
    valueTitle: 'ratio in the deep half of the layers',
  });
}

/** The stimuli, and what a turn changes in them. */
export function stimuliFigure(
  provenance: readonly string[],
  orientations: readonly number[],
  phases: readonly number[],
  images: NdArray,
  derivatives: NdArray,
  { frequency, sigma, contrast }: GaborShape,
): Promise<Figure> {
  const labels = orientations.flatMap((orientation) =>
    phases.map((phase) => `${orientation}°, phase ${phase}°`),
  );
  const extent = toNumbers(derivatives).reduce((most, value) => Math.max(most, Math.abs(value)), 1e-12);
  const tiles = (group: string, pixels: NdArray, range: readonly [number, number]): LabelledImage[] =>
    labels.map((label, index) => ({ group, label, pixels: renderedImage(pixels, index), range }));
  return stimulusSheet({
    id: 'stimuli',
    title: 'The stimuli',
    caption:
      `Gabors of ${frequency} cycles/pixel, standard deviation ${sigma} pixels and contrast ${contrast} (for images of ` +
      '224 pixels), and their exact derivatives with respect to orientation, per radian.',
    provenance,
    tilePixels: 112,
    columns: 4,
    images: [...tiles('Images', images, [-1, 1]), ...tiles('Derivatives', derivatives, [-extent, extent])],
  });
}

/** Mean of logarithms. */
export function meanLog(ratios: readonly number[]): number {
  return ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length;
}

function drawnCurve({ name, arrays }: NetworkCurves, layer: string, protocol: Protocol): number[] {
  const array = arrays.get(`${protocol === 'text' ? 'D' : 'normalised'}/${layer}`);
  if (array === undefined) throw new Error(`The curves of ${name} have no layer "${layer}".`);
  const values = Array.from(toNumbers(array));
  if (protocol === 'code') return values;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value / mean);
}
