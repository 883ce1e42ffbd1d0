import { stepCurves, type Figure, type StepLine } from '@oblique/report';
import { factorLine } from '../trained-controls/factorLine.js';
import { distancesDeg, gainByDistance, gainsOf, HALF_WIDTH_DEG } from './gains.js';
import type { Learned } from './learner.js';
import type { PerceptualParameters } from './perceptualParameters.js';

/** Every figure of the report, in its order. */
export async function perceptualFigures(
  learned: readonly Learned[],
  { confidence, seeds }: Pick<PerceptualParameters, 'confidence' | 'seeds'>,
  provenance: readonly string[],
): Promise<Figure[]> {
  const [first] = learned;
  if (first === undefined) return [];
  const { layers, steps, anglesDeg } = first.atReference;
  const last = steps.at(-1) ?? 0;
  const bands =
    seeds.length > 1
      ? `Bands are ${100 * confidence} % intervals (Student) over ${seeds.length} seeds.`
      : 'One seed: no intervals.';
  const line = (name: string, curveOf: (one: Learned) => readonly number[]): StepLine =>
    factorLine(name, learned.map(curveOf), confidence);
  const byStep = { name: 'step', title: 'step of the narrow training', scale: 'log', values: steps } as const;
  const none = [{ along: 'y', at: 1 }] as const;
  const window = `geometric mean within ±${HALF_WIDTH_DEG}°`;
  return [
    await stepCurves({
      id: 'perceptual-learning-gain',
      title: 'Sensitivity at the trained and at the untrained orientation',
      caption: `D over D before the narrow training, ${window}; untrained is at right angles to trained. ${bands}`,
      provenance,
      axis: byStep,
      value: { name: 'gain', title: 'D / D before', scale: 'log' },
      panels: layers.map((layer) => ({
        name: layer,
        lines: [
          line('trained', (one) => gainsOf(one, layer).trained),
          line('untrained', (one) => gainsOf(one, layer).untrained),
        ],
      })),
      colours: 'categorical',
      legendTitle: 'orientation',
      references: none,
    }),
    await stepCurves({
      id: 'perceptual-learning-specificity',
      title: 'Specificity by layer',
      caption: `Gain of D at the trained over that at the untrained orientation, ${window}. ${bands}`,
      provenance,
      axis: byStep,
      value: { name: 'specificity', title: 'gain trained / gain untrained', scale: 'log' },
      panels: [
        { name: '', lines: layers.map((layer) => line(layer, (one) => gainsOf(one, layer).specificity)) },
      ],
      colours: 'ordered',
      legendTitle: 'layer, early to late',
      references: none,
    }),
    await stepCurves({
      id: 'perceptual-learning-distance',
      title: 'Where sensitivity is gained',
      caption: `D after ${last} steps over D before, by distance from the trained orientation. ${bands}`,
      provenance,
      axis: { name: 'distanceDeg', title: 'distance from the trained orientation (degrees)' },
      value: { name: 'gain', title: 'D / D before', scale: 'log' },
      panels: [
        {
          name: '',
          lines: layers.map((layer) => ({
            ...line(layer, (one) => ordered(gainByDistance(one, layer, last))),
            x: ordered(distancesDeg(anglesDeg.length)),
          })),
        },
      ],
      colours: 'ordered',
      legendTitle: 'layer, early to late',
      references: none,
    }),
  ];
}

/** Values in the order of their distances, from -90° on. */
function ordered(values: readonly number[]): number[] {
  const half = values.length / 2;
  return [...values.slice(half), ...values.slice(0, half)];
}
