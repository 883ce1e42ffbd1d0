import type { Claim, Verdict } from '@oblique/report';
import { circularCorrelation, matchPeaks, overSeeds, peaks, smoothCircular } from '@oblique/statistics';
import { mean } from 'simple-statistics';
import { meanCurve, type HueReferences, type MeasuredHues } from './hueCurves.js';
import { hueAngles, type HueParameters } from './hueParameters.js';
import { verdictInWords } from '../verdicts.js';

/** A peak stands out by this part of the curve's mean. */
const PROMINENCE = 0.1;
/** How far D of a linear layer may vary within a sixth of the circle, relative to its mean: rounding of 32-bit floats. */
const CONSTANT = 1e-3;
const SECTOR_DEG = 60;

/** Claims in the paper's order: about what learning does, of networks that are not known to be untrained. */
export function hueClaims(
  measured: readonly MeasuredHues[],
  references: HueReferences,
  parameters: HueParameters,
): Claim[] {
  return measured.flatMap((hues) => [
    ...(hues.network.origin === 'untrained'
      ? []
      : [frequencyClaim(hues, references, parameters), peaksClaim(hues, references, parameters)].map(
          (claim) => ofLearned(claim, hues),
        )),
    ...linearLayerClaim(hues, parameters),
  ]);
}

/** What did not learn its task says nothing about what learning does. */
function ofLearned(claim: Claim, { learned }: MeasuredHues): Claim {
  if (learned?.verdict !== 'not learned') return claim;
  const { accuracy, chance } = learned;
  return {
    ...claim,
    verdict: 'not learned',
    explanation: `The task was not learned: accuracy ${accuracy.estimate.toFixed(2)} on images kept out, ${chance.toFixed(2)} by guessing. ${claim.explanation}`,
  };
}

function frequencyClaim(
  { network, deep, provenance }: MeasuredHues,
  { frequency, discrimination, digest }: HueReferences,
  parameters: HueParameters,
): Claim {
  const { confidence, resamples, significance, smoothDeg, hues } = parameters;
  const smooth = smoothCircular(frequency, 360 / hues, smoothDeg);
  const words = {
    id: `C3.1-${network.slug}`,
    sentence: `Deep layers of ${network.label} are more sensitive to the hues that are frequent in the images.`,
    statistic: `Circular correlation of √D over hue, mean of the deep half of the layers, with the frequency of hues, both smoothed over ${smoothDeg}°`,
    threshold: `above 0, in the interval over seeds where there are several, and with a p-value below ${significance} among curves as smooth`,
    figures: ['fig3c', 'fig3c-layers'],
    provenance: [...provenance, digest],
  };
  // A layer that does not see hue at all has no curve with a mean of 1: its values are no numbers.
  const isFlat = (curve: readonly number[]): boolean => !(Math.max(...curve) > Math.min(...curve));
  if ([...deep, smooth].some(isFlat)) {
    return {
      ...words,
      effect: null,
      interval: null,
      verdict: 'inconclusive',
      explanation: 'A curve that is the same at every hue correlates with nothing.',
    };
  }
  const correlate = (curve: readonly number[]) => circularCorrelation(curve, smooth, { resamples, seed: 0 });
  const { correlation, pValue, nullLow, nullHigh } = correlate(meanCurve(deep));
  // Fisher's transform keeps the interval's ends between -1 and 1.
  const { interval: transformed } = overSeeds(
    deep.map((curve) => Math.atanh(correlate(curve).correlation)),
    confidence,
  );
  const interval = { low: Math.tanh(transformed.low), high: Math.tanh(transformed.high), confidence };
  const hasInterval = Number.isFinite(interval.low);
  const human = circularCorrelation(meanCurve(deep), discrimination, { resamples, seed: 0 });
  const verdict = judged(correlation, pValue, significance, hasInterval ? interval : undefined);
  return {
    ...words,
    effect: correlation,
    interval: hasInterval ? interval : null,
    verdict,
    explanation: `${hasInterval ? verdictInWords(verdict) : 'One network has no interval over seeds; the permutation test decides.'} p = ${pValue.toFixed(3)}; unrelated curves as smooth correlate by ${nullLow.toFixed(2)} to ${nullHigh.toFixed(2)}. With human discrimination (CIELAB) the correlation is ${human.correlation.toFixed(2)}, p = ${human.pValue.toFixed(3)}.`,
  };
}

function judged(
  correlation: number,
  pValue: number,
  significance: number,
  interval: { readonly low: number; readonly high: number } | undefined,
): Verdict {
  const isClear = pValue < significance;
  if (interval !== undefined && interval.high < 0) return 'not supported';
  if (interval !== undefined && !(interval.low > 0)) return 'inconclusive';
  if (!isClear) return 'inconclusive';
  return correlation > 0 ? 'supported' : 'not supported';
}

function peaksClaim(
  { network, deep, provenance }: MeasuredHues,
  { discrimination }: HueReferences,
  parameters: HueParameters,
): Claim {
  const { hues, peakToleranceDeg, significance } = parameters;
  const stepDeg = 360 / hues;
  const [firstDeg = 0] = hueAngles(parameters);
  const positions = (curve: readonly number[], prominence: number): number[] =>
    peaks(curve, stepDeg, { periodDeg: 360, prominence }).map(({ positionDeg }) => positionDeg + firstDeg);
  const expected = positions(discrimination, 3 * PROMINENCE);
  const found = positions(meanCurve(deep), PROMINENCE);
  const { matched, chance } = matchPeaks(found, expected, 360, peakToleranceDeg);
  const list = (degrees: readonly number[]): string =>
    degrees.map((deg) => `${Math.round(deg)}°`).join(', ') || 'none';
  const verdict: Verdict =
    matched === 0 ? 'not supported' : chance < significance ? 'supported' : 'inconclusive';
  return {
    id: `C3.2-${network.slug}`,
    sentence: `The peaks of ${network.label}'s sensitivity to hue lie near those of human discrimination.`,
    statistic: `Part of the human peaks (CIELAB: ${list(expected)}) with a peak of the deep layers within ${peakToleranceDeg}°`,
    threshold: `above 0, and as many in fewer than ${100 * significance} % of random placements of the network's peaks`,
    effect: matched / expected.length,
    interval: null,
    verdict,
    explanation: `The network's peaks: ${list(found)}. As many match in ${(100 * chance).toFixed(1)} % of random placements.`,
    figures: ['fig3b', 'fig3c'],
    provenance,
  };
}

/** Where the first convolution was measured: D of a linear layer is constant where one channel only moves. */
function linearLayerClaim(
  { network, layers, members, provenance }: MeasuredHues,
  parameters: HueParameters,
): Claim[] {
  const place = layers.indexOf('conv1');
  if (place < 0) return [];
  const angles = hueAngles(parameters);
  const spreads = members.flatMap((curves) => {
    // The root halves relative differences.
    const d = (curves[place] ?? []).map((value) => value * value);
    return Array.from({ length: 360 / SECTOR_DEG }, (_, sector) => {
      const inside = d.filter((_value, index) => Math.floor((angles[index] ?? NaN) / SECTOR_DEG) === sector);
      return (Math.max(...inside) - Math.min(...inside)) / mean(inside);
    });
  });
  const largest = Math.max(...spreads);
  return [
    {
      id: `C3-conv1-${network.slug}`,
      sentence: `At conv1 of ${network.label}, sensitivity to hue is constant in every sixth of the circle.`,
      statistic: 'Largest range of D within a sixth of the circle, relative to its mean there',
      threshold: `below ${CONSTANT}: in a sixth one of red, green and blue moves, evenly, and conv1 is linear`,
      effect: largest,
      interval: null,
      verdict: largest < CONSTANT ? 'supported' : 'not supported',
      explanation: 'A theorem, whose check shows that stimuli and derivatives are right.',
      figures: ['fig3c-layers'],
      provenance,
    },
  ];
}
