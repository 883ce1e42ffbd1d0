import type { ReportNetwork } from '@oblique/report';
import type { NeededSteps } from '@oblique/workflow';
import { type Findings, type FindingsContext, readMeasureValue } from '@oblique/study';
import { describeCondition, type Condition } from './condition.js';
import { orientationClaims } from './orientationClaims.js';
import { orientationFigures } from './orientationFigures.js';
import type { OrientationParameters } from './orientationParameters.js';
import { PROTOCOLS } from './protocols.js';

/** What the measured networks say of Fig. 2c and its controls. */
export async function orientationFindings(
  parameters: OrientationParameters,
  conditions: readonly Condition[],
  { store, needed }: FindingsContext,
): Promise<Findings> {
  const { claims, notTested } = orientationClaims(parameters, conditions, needed);
  return {
    summary: summaryOf(parameters, conditions),
    seeds: { networks: parameters.seeds, resampling: parameters.resamplingSeed },
    networks: conditions.map((condition) => networkOf(condition, parameters, needed)),
    claims,
    figures: await orientationFigures(parameters, conditions, needed, store),
    methods: methodsOf(parameters, notTested),
  };
}

function summaryOf(
  { orientations, phases, frequency, sigma }: OrientationParameters,
  conditions: readonly Condition[],
): string {
  const given = conditions.filter(({ state }) => state === 'given').map(({ label }) => label);
  const builtIn = conditions
    .filter(({ source }) => source.kind === 'architecture')
    .map(({ source }) => source.label);
  return [
    `How sensitive every layer is to the orientation of a Gabor (${frequency} cycles/pixel, standard deviation ${sigma} pixels at 224 pixels), at ${orientations} orientations and ${phases} phases.`,
    given.length > 0 ? `Networks as given: ${given.join(', ')}.` : '',
    builtIn.length > 0 ? `Built-in architectures, untrained: ${builtIn.join(', ')}.` : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

function networkOf(
  condition: Condition,
  parameters: OrientationParameters,
  needed: NeededSteps,
): ReportNetwork {
  const [{ modelStep, measureStep }] = condition.members;
  return {
    name: condition.label,
    origin: condition.state === 'given' ? 'unknown' : condition.state,
    description: describeCondition(condition, parameters),
    digest: needed.result(modelStep, 'model.onnx').digest,
    layers: needed.value(measureStep, readMeasureValue).layers.length,
  };
}

function methodsOf(parameters: OrientationParameters, notTested: readonly string[]): string[] {
  const { protocol, input, halfWidth, resamples, confidence, resamplingSeed } = parameters;
  const usual = protocol === 'code' ? 'imagenet' : 'direct';
  return [
    'The sensitivity of a layer with activations y to orientation θ is D = Σᵢ (∂yᵢ/∂θ)² (eq. 1), per radian squared, averaged over phases.',
    ...PROTOCOLS[protocol].methods,
    ...(input === usual ? [] : [`Unlike the protocol, images were fed by the encoding "${input}".`]),
    `The ratio of a layer is the mean of √D (or of D, where a figure says so) within ±${halfWidth}° of 0° and 90° divided by that within ±${halfWidth}° of 45° and 135°. Peaks of deep layers lie a few degrees beside the cardinals, so single orientations would mislead.`,
    `Intervals hold ${100 * confidence} % of ${resamples} bootstrap resamples (seed ${resamplingSeed}) over networks or seeds and over phases. The paper shows one network each, without intervals.`,
    'Thresholds: a ratio of 1 is no preference. First layers count as flat within ' +
      `${parameters.flatTolerance}, and controls within ${parameters.controlTolerance}, since aliasing of stimulus and strides alone moves the ratio of deep layers by a few per cent. A claim is supported only where its whole interval meets the threshold.`,
    ...(notTested.length > 0 ? [`Not tested: ${notTested.join(' ')}`] : []),
  ];
}
