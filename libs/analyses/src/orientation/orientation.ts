import { z } from 'zod';
import type { Step } from '@oblique/workflow';
import {
  type Analysis,
  curvesStep,
  describeParameters,
  measureStep,
  type Plan,
  type RatioOptions,
  ratioStep,
  readModelValue,
  readParameters,
  renderStep,
  type Services,
  trendStep,
} from '@oblique/study';
import { checkNetworks, conditionsOf, gridConditions, type Condition } from './condition.js';
import {
  gaborAxes,
  gaborGrid,
  gaborSpec,
  mainGabor,
  REFERENCE_SIZE_PIXELS,
  type GaborShape,
  SHOWN_ORIENTATIONS_DEG,
  SHOWN_PHASES_DEG,
} from './gabor.js';
import { modelStep } from './modelStep.js';
import { orientationFindings } from './orientationFindings.js';
import {
  declaredOrientationParameters,
  orientationParameters,
  type OrientationParameters,
} from './orientationParameters.js';
import { poolingPair, poolingSteps } from './pooling.js';
import { layerSelectors } from './protocols.js';
import { gridMeasure, gridRatio, ratioOfD, RENDER, trendOf } from './stepIds.js';

const NAME = 'orientation';

/**
 * Fig. 2c with its controls (SI Fig. 1a untrained and shuffled, SI Fig. 1c pooling, SI Fig. 3 other Gabors): how
 * sensitive every layer of networks is to the orientation of a Gabor.
 */
export const orientation: Analysis = {
  name: NAME,
  title: 'Sensitivity to orientation',
  description:
    'Sensitivity of every layer to stimulus orientation (Fig. 2c), in untrained and shuffled controls (SI Fig. 1a), ' +
    'with and without overlapping pooling (SI Fig. 1c), and for other Gabors (SI Fig. 3).',
  parameters: describeParameters(declaredOrientationParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, orientationParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: (services, signal) => checkNetworks(NAME, parameters.networks, services, signal),
      plan: (services) => plan(parameters, services),
    };
  },
};

function plan(parameters: OrientationParameters, services: Services): Plan {
  const conditions = conditionsOf(parameters);
  const pair = poolingPair(conditions);
  const options = ratioOptions(parameters);
  const axis = 'orientation';
  const steps: Step[] = [
    renderStep(
      RENDER,
      gaborSpec(parameters, mainGabor(parameters), parameters.sizePixels || REFERENCE_SIZE_PIXELS),
      [
        { parameter: axis, values: SHOWN_ORIENTATIONS_DEG },
        { parameter: 'phase', values: SHOWN_PHASES_DEG },
      ],
      axis,
      services,
    ),
    ...conditions.flatMap((condition) => [
      ...condition.members.flatMap((member) => [
        modelStep(parameters, condition, member, services),
        measure(parameters, condition, member.modelStep, mainGabor(parameters), member.measureStep, services),
        curvesStep(member.curvesStep, member.measureStep, axis, services),
      ]),
      trendStep(trendOf(condition), ratioMembers(condition), options, services),
      ratioStep(ratioOfD(condition), ratioMembers(condition), 'D', options, services),
    ]),
    ...gridConditions(parameters, conditions).flatMap((condition) =>
      gaborGrid(parameters).flatMap((gabor) => {
        const [{ modelStep: model, seed = 0 }] = condition.members;
        const measureStepId = gridMeasure(condition, gabor);
        const members = [{ measureStep: measureStepId, network: condition.label, seed }];
        return [
          measure(parameters, condition, model, gabor, measureStepId, services),
          ratioStep(gridRatio(condition, gabor), members, 'rootD', options, services),
        ];
      }),
    ),
    ...(pair === undefined ? [] : poolingSteps(pair, options, services)),
  ];
  return { steps, findings: (context) => orientationFindings(parameters, conditions, context) };
}

function measure(
  parameters: OrientationParameters,
  { source, label }: Condition,
  model: string,
  gabor: GaborShape,
  id: string,
  services: Services,
): Step {
  const { protocol, layers, sizePixels, orientations, phases } = parameters;
  const architecture = source.kind === 'architecture' ? source.architecture : undefined;
  return measureStep(
    {
      id,
      description: id.replace(/^measure/, 'measuring'),
      modelStep: model,
      variable: 'orientation',
      grid: gaborAxes(parameters),
      layers: layerSelectors(protocol, architecture, layers),
      precision: parameters.precision,
      stimulus: (needed) => {
        const { inputSizePixels } = needed.value(model, readModelValue);
        return gaborSpec(parameters, gabor, sizePixels || (inputSizePixels ?? REFERENCE_SIZE_PIXELS));
      },
      cost: (orientations * phases * relativeCost(architecture ?? label)) / 7,
    },
    services,
  );
}

/** Cost of one stimulus relative to ResNet18, measured on two cores; unknown networks count as one. */
function relativeCost(name: string): number {
  if (/alexnet|squeezenet/.test(name)) return 0.35;
  return /vgg|vit/.test(name) ? 5.5 : 1;
}

function ratioMembers({ label, members }: Condition) {
  return members.map(({ measureStep: id, seed = 0 }) => ({ measureStep: id, network: label, seed }));
}

function ratioOptions({
  halfWidth,
  resamples,
  confidence,
  resamplingSeed,
}: OrientationParameters): RatioOptions {
  return { halfWidthDeg: halfWidth, resamples, confidence, resamplingSeed };
}
