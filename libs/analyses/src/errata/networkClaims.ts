import type { Claim } from '@oblique/report';
import { sampleRankCorrelation } from 'simple-statistics';
import { AUTHORS_STEP_RAD } from './measuredNetworks.js';
import { memberClaim, ratiosOverSeeds } from './memberClaim.js';
import { HALF_WIDTH_DEG, type LayerReading, type NetworkReading } from './networkReadings.js';
import { above, below, within } from '../verdicts.js';

/** Exact D is known to 2e-3 in float32 (docs/numbers.md): one per cent is another number. */
const SAME_D = 0.01;
/** By as much a cardinal/oblique ratio may be from 1 and still be called flat (C2.2). */
const SAME_RATIO = 0.02;
/** Two orders of layers by nearly the same quantity agree. */
const SAME_ORDER = 0.95;

/** E.1, and E.7 to E.9 but for {@link periodClaim}, about one network. */
export function networkClaims(reading: NetworkReading, confidence: number): Claim[] {
  const { origin } = reading.network;
  return [
    ...differenceClaims(reading, confidence),
    circleClaim(reading, confidence),
    ...(origin === 'untrained'
      ? []
      : [orderClaim(reading, confidence), everyLayerClaim(reading, confidence)]),
  ];
}

function differenceClaims({ network, members, provenance }: NetworkReading, confidence: number): Claim[] {
  const { label, slug } = network;
  const shown = { confidence, provenance, figures: ['errata-step'] };
  const last = lastLayers(members);
  const range = [
    Math.min(...last.map(({ leastDifferenceOverExact }) => leastDifferenceOverExact)),
    Math.max(...last.map(({ mostDifferenceOverExact }) => mostDifferenceOverExact)),
  ];
  return [
    memberClaim({
      ...shown,
      id: `E.1-${slug}`,
      sentence: `${label}: the code's central differences of ${AUTHORS_STEP_RAD} rad give the derivative that the text describes.`,
      statistic: `D by differences over exact D, in the last layer (${last[0]?.layer ?? ''})`,
      threshold: `within ${SAME_D} of 1`,
      values: last.map(({ differenceOverExact }) => differenceOverExact),
      average: ratiosOverSeeds,
      judge: (interval) => within(1, SAME_D, interval),
      explanation: `Over orientations it lies between ${range.map(rounded).join(' and ')} there.`,
    }),
    memberClaim({
      ...shown,
      id: `E.1-depth-${slug}`,
      sentence: `${label}: what the differences miss of D grows with depth.`,
      statistic: "Spearman's rank correlation of 1 − D by differences / exact D with the layer's number",
      threshold: 'above 0',
      values: members.map((layers) =>
        withDepth(layers.map(({ differenceOverExact }) => -differenceOverExact)),
      ),
      judge: (interval) => above(0, interval),
      explanation: `By layer (means): ${byLayer(members, ({ differenceOverExact }) => differenceOverExact)}.`,
    }),
    sameRatioClaim(members, ({ difference }) => difference, {
      ...shown,
      id: `E.1-ratio-${slug}`,
      figures: ['errata-step-ratio'],
      sentence: `${label}: the differences leave the cardinal/oblique ratio of every layer as it is.`,
    }),
  ];
}

/** E.7: an identity, which one counterexample refutes, whatever the others are. */
export function periodClaim(readings: readonly NetworkReading[]): Claim {
  const largest = (curve: (layer: LayerReading) => readonly number[]): number[] =>
    readings.map(({ members }) => Math.max(...members.flat().map((layer) => endsApart(curve(layer)))));
  const half = largest(({ halfCircle }) => halfCircle);
  const effect = Math.max(...half);
  return {
    id: 'E.7',
    sentence: "With the code's half circle of phases, D at 180° is D at 0°, which is the same orientation.",
    statistic: '|D(180°) / D(0°) − 1|, the largest over layers and networks',
    threshold: `below ${SAME_D} in every layer`,
    effect,
    interval: null,
    verdict: effect < SAME_D ? 'supported' : 'not supported',
    explanation: `${readings.map(({ network }, index) => `${network.label}: ${rounded(half[index] ?? NaN)}`).join(', ')}. With the text's whole circle it is ${Math.max(...largest(({ wholeCircle }) => wholeCircle)).toPrecision(1)}: the stimulus at θ + 180° and phase φ is that at θ and −φ, and only a circle holds both. One counterexample refutes it, so there is no interval.`,
    figures: ['errata-phases'],
    provenance: readings.flatMap(({ provenance }) => provenance),
  };
}

function endsApart(curve: readonly number[]): number {
  return Math.abs((curve.at(-1) ?? NaN) / (curve[0] ?? NaN) - 1);
}

function circleClaim({ network, members, provenance }: NetworkReading, confidence: number): Claim {
  return sameRatioClaim(members, ({ halfCircle }) => halfCircle, {
    id: `E.7-ratio-${network.slug}`,
    sentence: `${network.label}: half or whole circle, the cardinal/oblique ratio of every layer is the same.`,
    confidence,
    figures: ['errata-phases'],
    provenance,
  });
}

/** Whether another reading leaves the cardinal/oblique ratio of √D of every layer as it is. */
function sameRatioClaim(
  members: NetworkReading['members'],
  other: (ratio: LayerReading['ratio']) => number,
  claim: Pick<Claim, 'id' | 'sentence' | 'figures' | 'provenance'> & { readonly confidence: number },
): Claim {
  const change = ({ ratio }: LayerReading): number => Math.abs(other(ratio) / ratio.root - 1);
  const trend = (value: (ratio: LayerReading['ratio']) => number): string =>
    mean(members.map((layers) => withDepth(layers.map(({ ratio }) => value(ratio)))));
  return memberClaim({
    ...claim,
    statistic: `Relative change of the ratio of √D (windows of ±${HALF_WIDTH_DEG}°), the largest over layers`,
    threshold: `below ${SAME_RATIO}`,
    values: members.map((layers) => Math.max(...layers.map(change))),
    judge: (interval) => below(SAME_RATIO, interval),
    explanation: `Last layer (means): ${mean(lastLayers(members).map(({ ratio }) => ratio.root))} and ${mean(lastLayers(members).map(({ ratio }) => other(ratio)))}. Its rank correlation with depth, by which C2.1 is judged: ${trend(({ root }) => root)} and ${trend(other)}.`,
  });
}

/** Spearman's rank correlation of values with the number of their layer. */
function withDepth(values: readonly number[]): number {
  return sampleRankCorrelation(
    values.map((_, depth) => depth),
    [...values],
  );
}

function orderClaim({ network, members, provenance }: NetworkReading, confidence: number): Claim {
  return memberClaim({
    id: `E.8-${network.slug}`,
    sentence: `${network.label}: √D/Σ√D, which the code plots, and D, which the text defines, rank the layers' preference alike.`,
    statistic: "Spearman's rank correlation over layers of the cardinal/oblique ratios of √D and of D",
    threshold: `above ${SAME_ORDER}`,
    values: members.map((layers) =>
      sampleRankCorrelation(
        layers.map(({ ratio }) => ratio.root),
        layers.map(({ ratio }) => ratio.d),
      ),
    ),
    confidence,
    judge: (interval) => above(SAME_ORDER, interval),
    explanation: `The size differs: in the last layer (means) the ratio of √D is ${mean(lastLayers(members).map(({ ratio }) => ratio.root))}, that of D ${mean(lastLayers(members).map(({ ratio }) => ratio.d))}.`,
    figures: ['errata-normalisation'],
    provenance,
  });
}

function everyLayerClaim({ network, members, provenance }: NetworkReading, confidence: number): Claim {
  const ratios = members.map((layers) => layers.map(({ ratio }) => ratio.root));
  return memberClaim({
    id: `E.9-${network.slug}`,
    sentence: `${network.label}: every layer is more sensitive to cardinal orientations, as the text says.`,
    statistic: `Cardinal/oblique ratio of √D (windows of ±${HALF_WIDTH_DEG}°), the smallest over layers`,
    threshold: `above ${1 + SAME_RATIO}`,
    values: ratios.map((each) => Math.min(...each)),
    confidence,
    average: ratiosOverSeeds,
    judge: (interval) => above(1 + SAME_RATIO, interval),
    explanation: `By layer (means): ${byLayer(members, ({ ratio }) => ratio.root)}.`,
    figures: ['errata-normalisation'],
    provenance,
  });
}

function lastLayers(members: NetworkReading['members']): LayerReading[] {
  return members.flatMap((layers) => layers.slice(-1));
}

/** "conv1 0.992, layer1 0.98": the mean over members. */
function byLayer(members: NetworkReading['members'], value: (layer: LayerReading) => number): string {
  const [first = []] = members;
  return first
    .map(
      ({ layer }, index) =>
        `${layer} ${mean(members.flatMap((layers) => layers.slice(index, index + 1).map(value)))}`,
    )
    .join(', ');
}

function mean(values: readonly number[]): string {
  return rounded(values.reduce((sum, value) => sum + value, 0) / values.length);
}

function rounded(value: number): string {
  return value.toFixed(3);
}
