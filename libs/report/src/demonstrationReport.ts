import { float32, type NdArray } from '@oblique/arrays';
import type { Claim } from './claim.js';
import type { Figure } from './figure.js';
import { heatMap } from './heatMap.js';
import { intervalPlot } from './intervalPlot.js';
import { layerCurves } from './layerCurves.js';
import { ratioByDepth } from './ratioByDepth.js';
import { ratioHeatmap } from './ratioHeatmap.js';
import type { Report } from './report.js';
import { stepCurves } from './stepCurves.js';
import { stimulusSheet } from './stimulusSheet.js';

/** A name that would break out of HTML, SVG, JSON in a script, a vega expression or a CSV cell. */
export const HOSTILE_NAME = '</script><script>alert("x")</script>\u0000\u2028\\",\'&amp;';

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const ORIENTATIONS = Array.from({ length: 12 }, (_, index) => index * 15);
const LAYERS = ['conv1', HOSTILE_NAME, 'layer1.0'];

/** A report of made-up numbers, some of them missing, with one figure of every kind. */
export async function demonstrationReport(): Promise<Report> {
  return {
    title: `Demonstration ${HOSTILE_NAME}`,
    analysis: 'orientation',
    parameters: { note: HOSTILE_NAME, orientations: ORIENTATIONS },
    sections: [
      {
        name: 'orientation',
        title: `Section ${HOSTILE_NAME}`,
        summary: `Summary ${HOSTILE_NAME}`,
        parameters: { protocol: 'text', note: HOSTILE_NAME, orientations: ORIENTATIONS },
        seeds: { network: 3 },
        networks: [
          { name: HOSTILE_NAME, origin: 'untrained', description: 'Made up.', digest: DIGEST },
          { name: 'trained one', origin: 'trained', description: 'Made up too.' },
        ],
        claims: demonstrationClaims(),
        figures: await demonstrationFigures(),
        methods: [`Nothing was measured: ${HOSTILE_NAME}`],
      },
    ],
    provenance: [
      {
        step: HOSTILE_NAME,
        version: '1',
        parameters: { layer: HOSTILE_NAME },
        inputs: [],
        output: { digest: DIGEST, kind: 'sensitivity', sizeBytes: 12 },
        durationSeconds: 3.25,
      },
    ],
    versions: { node: process.versions.node },
    hardware: { cores: '2' },
    startedAt: '2026-01-02T03:04:05Z',
    durationSeconds: 75,
  };
}

function demonstrationClaims(): Claim[] {
  const verdicts = ['supported', 'not supported', 'inconclusive'] as const;
  return verdicts.map((verdict, index) => ({
    id: `claim-${index}`,
    sentence: `Sentence ${index} ${HOSTILE_NAME}`,
    statistic: 'a ratio',
    threshold: 'above 1.1',
    effect: index === 2 ? NaN : 1.5,
    interval: index === 2 ? null : { low: 1.2, high: 1.8, confidence: 0.95 },
    verdict,
    explanation: 'Made up.',
    figures: ['curves'],
    provenance: [DIGEST],
  }));
}

async function demonstrationFigures(): Promise<Figure[]> {
  const head = { caption: `Caption ${HOSTILE_NAME}`, provenance: [DIGEST] };
  const curve = (layer: number): number[] =>
    ORIENTATIONS.map((orientation, index) => (layer === 1 && index === 4 ? NaN : 0.1 + Math.sin(orientation + layer) / 30));
  const panel = (name: string) => ({ name, layers: LAYERS.map((layer, depth) => ({ name: layer, values: curve(depth) })) });
  return [
    await layerCurves({
      ...head,
      id: 'curves',
      title: 'Curves',
      axis: { name: 'orientation', unit: 'degree', values: ORIENTATIONS, period: 180 },
      value: { name: 'n', title: '√D / Σ√D' },
      panels: [panel('trained one'), panel(HOSTILE_NAME)],
    }),
    await ratioByDepth({
      ...head,
      id: 'ratio',
      title: 'Ratio',
      series: [
        {
          name: HOSTILE_NAME,
          points: LAYERS.map((layer, depth) => ({ layer, depth: depth + 1, ratio: depth === 1 ? NaN : 1.1, low: 1, high: 1.2 })),
        },
      ],
    }),
    await ratioHeatmap({
      ...head,
      id: 'grid',
      title: 'Grid',
      x: { name: 'frequency', unit: 'cycle/pixel', values: [0.01, 0.02] },
      y: { name: 'sigma', unit: 'pixel', values: [25, 50] },
      ratios: [1.2, NaN, 0.8, 3],
      valueTitle: HOSTILE_NAME,
    }),
    await intervalPlot({
      ...head,
      id: 'effects',
      title: 'Effects',
      valueTitle: 'ratio',
      reference: 1,
      items: [
        { name: HOSTILE_NAME, effect: 1.5, low: 1.2, high: 1.8, verdict: 'supported' },
        { name: 'unmeasured', effect: NaN, low: null, high: null, verdict: 'inconclusive' },
      ],
    }),
    await stepCurves({
      ...head,
      id: 'steps',
      title: 'Steps',
      axis: { name: 'step', title: 'step (updates)', values: [0, 10, 20] },
      value: { name: 'learned', title: HOSTILE_NAME },
      colours: 'categorical',
      legendTitle: HOSTILE_NAME,
      references: [{ along: 'y', at: 0.5, label: HOSTILE_NAME }],
      panels: [
        {
          name: HOSTILE_NAME,
          lines: [{ name: HOSTILE_NAME, values: [0, NaN, 1], theory: [0, 0.5, 1], low: [0, 0, 0.5], high: [0.1, 1, 1] }],
        },
      ],
    }),
    await heatMap({
      ...head,
      id: 'cells',
      title: 'Cells',
      x: { name: 'step', title: HOSTILE_NAME, values: [0, 1, 10], scale: 'log' },
      y: { name: 'orientation', title: 'orientation (°)', values: [0, 90] },
      value: { name: 'd', title: HOSTILE_NAME },
      panels: [{ name: HOSTILE_NAME, values: [1, 2, NaN, 4, 5, 6], marks: [{ x: 1, y: 90 }] }],
    }),
    await stimulusSheet({ ...head, id: 'stimuli', title: 'Stimuli', images: [{ label: HOSTILE_NAME, pixels: ramp(), range: [0, 1] }] }),
  ];
}

function ramp(): NdArray {
  return float32(
    [3, 4, 6],
    Array.from({ length: 72 }, (_, index) => (index % 24) / 24),
  );
}
