import type { Json } from '@oblique/artifacts';
import type { Analysis } from '@oblique/study';
import { batchSize } from '../batchSize.js';
import { depth } from '../depth.js';
import { doseResponse } from '../doseResponse.js';
import { errata } from '../errata/errata.js';
import { hue } from '../hue/hue.js';
import { human } from '../human.js';
import { labelNoise } from '../labelNoise.js';
import { linear } from '../linear/linear.js';
import { objectives } from '../objectives/objectives.js';
import { orientation } from '../orientation/orientation.js';
import { perceptualLearning } from '../perceptualLearning.js';
import { published } from '../published/published.js';
import { regime } from '../regime.js';
import { trainingLength } from '../trainingLength.js';
import { hueRotated } from '../trained-controls/hueRotated.js';
import { rotated } from '../trained-controls/rotated.js';

type ProfileName = 'quick' | 'full' | 'paper';

/** One analysis of the reproduction. */
export interface Part {
  readonly analysis: Analysis;
  /** The paper's panels that it shows: `fig2c`, `si1a`, …; or `errata`, `beyond`. */
  readonly panels: readonly string[];
  /** What it takes from the reproduction beside the profile. */
  readonly takes: readonly ('protocol' | 'networks' | 'data')[];
  /** Its own profile, where it has not all of them. */
  readonly profiles?: Readonly<Partial<Record<ProfileName, string>>>;
  /** Parameters for the profile quick, which does all in a quarter of an hour. */
  readonly quick?: Readonly<Record<string, Json>>;
}

/** Everything that a reproduction has, in the order of the paper. */
export const PARTS: readonly Part[] = [
  {
    analysis: orientation,
    panels: ['fig2b', 'fig2c', 'si1a', 'si1c', 'si3'],
    takes: ['protocol', 'networks'],
    profiles: { full: 'paper' },
    quick: { gridFrequencies: [0.01, 0.04] },
  },
  { analysis: published, panels: ['beyond'], takes: [], profiles: { paper: 'full' } },
  { analysis: rotated, panels: ['si1b'], takes: ['protocol', 'data'] },
  {
    analysis: hue,
    panels: ['fig3a', 'fig3b', 'fig3c'],
    takes: ['protocol', 'networks', 'data'],
    profiles: { paper: 'full' },
  },
  { analysis: hueRotated, panels: ['fig3d'], takes: ['protocol', 'data'] },
  {
    analysis: linear,
    panels: ['fig5a', 'fig5b', 'fig5c', 'fig5e', 'fig5f', 'fig5h', 'si2'],
    takes: ['protocol', 'data'],
  },
  { analysis: human, panels: ['fig2a', 'fig5i'], takes: [], profiles: { paper: 'full' } },
  { analysis: labelNoise, panels: ['fig6a', 'fig6b', 'fig6c', 'fig6d'], takes: ['protocol'] },
  { analysis: errata, panels: ['errata'], takes: ['networks'], profiles: { paper: 'full' } },
  { analysis: objectives, panels: ['beyond'], takes: [], profiles: { paper: 'full' } },
  { analysis: perceptualLearning, panels: ['beyond'], takes: [], profiles: { paper: 'full' } },
  { analysis: doseResponse, panels: ['beyond'], takes: [], profiles: { paper: 'full' } },
  { analysis: batchSize, panels: ['beyond'], takes: [], profiles: { paper: 'full' } },
  { analysis: depth, panels: ['beyond'], takes: [], profiles: { paper: 'full' } },
  { analysis: trainingLength, panels: ['beyond'], takes: [], profiles: { paper: 'full' } },
  { analysis: regime, panels: ['beyond'], takes: [], profiles: { paper: 'full' } },
];
