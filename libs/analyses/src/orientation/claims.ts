import type { Claim } from '@oblique/report';
import type { BootstrapValue, LayerRatio, TrendValue } from '@oblique/study';
import { above, deepHalf, everywhere, verdictInWords, within } from '../verdicts.js';

/** What claims about one condition are judged from. */
export interface ClaimData {
  readonly label: string;
  /** Of the root of D, layers in the order of depth. */
  readonly trend: TrendValue;
  readonly halfWidthDeg: number;
  readonly figures: readonly string[];
  /** Digests of the measurements. */
  readonly provenance: readonly string[];
}

/** C2.1 and C2.2, about a network as it was given. */
export function trainedClaims(data: ClaimData, slug: string, flatTolerance: number): Claim[] {
  const { label, trend } = data;
  const deep = deepHalf(trend.layers);
  const least = extreme(deep, ({ interval }) => -interval.low);
  const first = trend.layers[0];
  return [
    ...(least === undefined
      ? []
      : [
          claim(data, least, {
            id: `C2.1-ratio-${slug}`,
            sentence: `${label}: sensitivity to cardinal orientations exceeds that to obliques in the deep half of the layers.`,
            statistic: `${ratioInWords(data)}, in the layer of the deep half whose interval reaches lowest (${least.layer})`,
            threshold: 'above 1 in every layer of the deep half',
            verdict: everywhere(deep.map(({ interval }) => above(1, interval))),
            explanation: `Of ${deep.length} deep layers, ${deep.filter(({ interval }) => interval.low > 1).length} have their whole interval above 1.`,
          }),
        ]),
    {
      id: `C2.1-depth-${slug}`,
      sentence: `${label}: the preference for cardinal orientations grows with depth.`,
      statistic: "Spearman's rank correlation of the layers' cardinal/oblique ratio with depth",
      threshold: 'above 0',
      effect: trend.spearman,
      interval: trend.interval,
      verdict: above(0, trend.interval),
      explanation: `${verdictInWords(above(0, trend.interval))} There are ${trend.layers.length} layers.`,
      figures: data.figures,
      provenance: data.provenance,
    },
    ...(first === undefined
      ? []
      : [
          claim(data, first, {
            id: `C2.2-${slug}`,
            sentence: `${label}: the first layer is equally sensitive to all orientations.`,
            statistic: `${ratioInWords(data)}, in the first layer measured (${first.layer})`,
            threshold: `within ${flatTolerance} of 1`,
            verdict: within(1, flatTolerance, first.interval),
            explanation: verdictInWords(within(1, flatTolerance, first.interval)),
          }),
        ]),
  ];
}

/** C-SI1a, about untrained or shuffled networks. */
export function controlClaim(data: ClaimData, slug: string, tolerance: number): Claim[] {
  const { label, trend } = data;
  const farthest = extreme(trend.layers, ({ interval }) =>
    Math.max(Math.abs(interval.low - 1), Math.abs(interval.high - 1)),
  );
  if (farthest === undefined) return [];
  const outside = trend.layers.filter(({ interval }) => within(1, tolerance, interval) !== 'supported');
  return [
    claim(data, farthest, {
      id: `C-SI1a-${slug}`,
      sentence: `${label}: no layer prefers cardinal or oblique orientations by more than ${tolerance}.`,
      statistic: `${ratioInWords(data)}, in the layer whose interval reaches farthest from 1 (${farthest.layer})`,
      threshold: `within ${tolerance} of 1 in every layer`,
      verdict: everywhere(trend.layers.map(({ interval }) => within(1, tolerance, interval))),
      explanation:
        outside.length === 0
          ? `All ${trend.layers.length} layers have their whole interval within the tolerance.`
          : `Of ${trend.layers.length} layers, these have an interval that leaves the tolerance: ${outside.map(({ layer }) => layer).join(', ')}.`,
    }),
  ];
}

/** Bootstraps over seeds behind C-SI1c; all in logarithms. */
export interface PoolingData {
  /** log R of AlexNet with overlapping pooling, over its deeper convolutional layers. */
  readonly overlapping: BootstrapValue;
  /** That minus log R without overlap, seed by seed. */
  readonly difference: BootstrapValue;
  /** Half of log R with overlap minus log R without: above 0 where more than half of it is gone. */
  readonly halfMinusRest: BootstrapValue;
  readonly seeds: number;
  readonly figures: readonly string[];
  readonly provenance: readonly string[];
}

/** C-SI1c, about AlexNet at initialisation. */
export function poolingClaims(data: PoolingData): Claim[] {
  const { seeds, figures, provenance } = data;
  const shown = { figures, provenance };
  const over = `mean over ${seeds} seeds`;
  const ratio = exponential(data.overlapping);
  const removed = exponential(data.difference);
  return [
    {
      id: 'C-SI1c-overlap',
      sentence:
        'Untrained AlexNet with overlapping pooling is more sensitive to cardinal orientations in its deeper layers.',
      statistic: `Cardinal/oblique ratio of √D, geometric mean over the deeper half of the convolutional part, ${over}`,
      threshold: 'above 1',
      effect: ratio.estimate,
      interval: ratio.interval,
      verdict: above(1, ratio.interval),
      explanation: verdictInWords(above(1, ratio.interval)),
      ...shown,
    },
    {
      id: 'C-SI1c-removed',
      sentence: 'Pooling without overlap lowers this preference.',
      statistic: `Ratio with overlap divided by ratio without, seed by seed, ${over}`,
      threshold: 'above 1',
      effect: removed.estimate,
      interval: removed.interval,
      verdict: above(1, removed.interval),
      explanation: verdictInWords(above(1, removed.interval)),
      ...shown,
    },
    {
      id: 'C-SI1c-most',
      sentence: 'Pooling without overlap removes most of this preference.',
      statistic: `Half of the logarithm of the ratio with overlap, minus the logarithm of the ratio without, ${over}`,
      threshold: 'above 0 (more than half of the logarithmic ratio is gone)',
      effect: data.halfMinusRest.estimate,
      interval: data.halfMinusRest.interval,
      verdict: above(0, data.halfMinusRest.interval),
      explanation: verdictInWords(above(0, data.halfMinusRest.interval)),
      ...shown,
    },
  ];
}

/** C-SI3, about one network and every Gabor of the grid. */
export function gaborGridClaim(
  data: Omit<ClaimData, 'trend'>,
  slug: string,
  gabors: readonly { readonly name: string; readonly layers: readonly LayerRatio[] }[],
): Claim[] {
  const deep = gabors.flatMap(({ name, layers }) => deepHalf(layers).map((ratio) => ({ ...ratio, name })));
  const least = extreme(deep, ({ interval }) => -interval.low);
  if (least === undefined) return [];
  const weak = deep.filter(({ interval }) => !(interval.low > 1));
  return [
    claim(data, least, {
      id: `C-SI3-${slug}`,
      sentence: `${data.label}: the deep half of the layers prefers cardinal orientations for every Gabor of the grid.`,
      statistic: `${ratioInWords(data)}, for the Gabor and layer whose interval reaches lowest (${least.name}; ${least.layer})`,
      threshold: 'above 1 for every Gabor in every layer of the deep half',
      verdict: everywhere(deep.map(({ interval }) => above(1, interval))),
      explanation: `Of ${deep.length} combinations of ${gabors.length} Gabors and layers, ${weak.length} do not have their whole interval above 1.`,
    }),
  ];
}

function claim(
  { figures, provenance }: Omit<ClaimData, 'trend'>,
  { ratio, interval, resampledOver }: LayerRatio,
  words: Pick<Claim, 'id' | 'sentence' | 'statistic' | 'threshold' | 'verdict' | 'explanation'>,
): Claim {
  const explanation = `${words.explanation} The interval is a bootstrap over ${resampledOver}.`;
  return { ...words, explanation, effect: ratio, interval, figures, provenance };
}

function ratioInWords({ halfWidthDeg }: Pick<ClaimData, 'halfWidthDeg'>): string {
  return `Mean √D within ±${halfWidthDeg}° of 0° and 90° divided by that within ±${halfWidthDeg}° of 45° and 135°`;
}

function exponential({ estimate, interval }: BootstrapValue): BootstrapValue {
  return {
    estimate: Math.exp(estimate),
    interval: { ...interval, low: Math.exp(interval.low), high: Math.exp(interval.high) },
  };
}

/** The item for which `height` is greatest; one where it is not a number comes before all others. */
function extreme<T>(items: readonly T[], height: (item: T) => number): T | undefined {
  const rank = (item: T): number => (Number.isNaN(height(item)) ? Infinity : height(item));
  return items.reduce<T | undefined>(
    (best, item) => (best === undefined || rank(item) > rank(best) ? item : best),
    undefined,
  );
}
