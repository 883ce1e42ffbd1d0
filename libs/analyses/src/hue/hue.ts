import { datasetV1, stimulusV1 } from '@oblique/contracts';
import { z } from 'zod';
import type { Step } from '@oblique/workflow';
import {
  type Analysis,
  curvesStep,
  describeParameters,
  describeStep,
  measureStep,
  type Plan,
  readParameters,
  renderStep,
  type Services,
} from '@oblique/study';
import { checkNetworks } from '../orientation/condition.js';
import { REFERENCE_SIZE_PIXELS } from '../orientation/gabor.js';
import { DESCRIBE, RENDER, SHOWN_HUES_DEG, SHOWN_SATURATIONS } from './hueSteps.js';
import { hueFindings } from './hueFindings.js';
import { hueNetworks } from './hueNetworks.js';
import {
  declaredHueParameters,
  hueAngles,
  hueParameters,
  saturationsOf,
  type HueParameters,
} from './hueParameters.js';

const NAME = 'hue';

/** Scenes are as large as those that the small networks of `hue-rotated` learn from. */
const SCENE_SIZE_PIXELS = 32;

/** Fig. 3a to c: is a network most sensitive to the hues that are frequent, and to those that people tell apart best? */
export const hue: Analysis = {
  name: NAME,
  title: 'Sensitivity to hue',
  description:
    'Sensitivity of every layer to the hue of uniform colours, beside how frequent hues are in images and beside human ' +
    'discrimination by CIELAB (Fig. 3a to c).',
  parameters: describeParameters(declaredHueParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, hueParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: (services, signal) => checkNetworks(NAME, parameters.networks, services, signal),
      plan: (services) => plan(parameters, services),
    };
  },
};

function plan(parameters: HueParameters, services: Services): Plan {
  const networks = hueNetworks(parameters);
  const steps: Step[] = [
    renderStep(
      RENDER,
      uniformColour('imagenet', REFERENCE_SIZE_PIXELS / 4),
      [
        { parameter: 'saturation', values: SHOWN_SATURATIONS },
        { parameter: 'hue', values: SHOWN_HUES_DEG },
      ],
      'hue',
      services,
    ),
    describeStep(DESCRIBE, { dataset: datasetOf(parameters), images: parameters.images }, services),
    ...networks.flatMap(({ input, members, layers, sizePixels, modelSteps }) => [
      ...modelSteps(services),
      ...members.flatMap((member) => [
        measureStep(
          {
            id: member.measureStep,
            description: member.measureStep.replace(/^measure/, 'measuring'),
            modelStep: member.modelStep,
            variable: 'hue',
            grid: [
              { parameter: 'hue', values: hueAngles(parameters) },
              { parameter: 'saturation', values: saturationsOf(parameters) },
              { parameter: 'value', values: saturationsOf(parameters) },
            ],
            layers,
            precision: 'float32',
            stimulus: (needed) =>
              uniformColour(input(needed, member.modelStep), sizePixels(needed, member.modelStep)),
            cost: (parameters.hues * parameters.saturations ** 2) / 90,
          },
          services,
        ),
        curvesStep(member.curvesStep, member.measureStep, 'hue', services),
      ]),
    ]),
  ];
  return { steps, findings: (context) => hueFindings(parameters, networks, context) };
}

const INPUTS = {
  imagenet: stimulusV1.InputEncoding.INPUT_ENCODING_IMAGENET,
  model: stimulusV1.InputEncoding.INPUT_ENCODING_MODEL,
} as const;

function uniformColour(input: keyof typeof INPUTS, sizePixels: number): stimulusV1.StimulusSpec {
  return {
    family: 'hue',
    widthPixels: sizePixels,
    heightPixels: sizePixels,
    stretch: stimulusV1.Stretch.STRETCH_NONE,
    input: INPUTS[input],
    parameters: {},
  };
}

/** The images whose hues are counted. */
function datasetOf({ dataset, images }: HueParameters): datasetV1.Dataset {
  return datasetV1.Dataset.fromPartial(
    dataset === 'scenes'
      ? { source: { $case: 'scenes', value: { count: images, seed: '0', sizePixels: SCENE_SIZE_PIXELS } } }
      : { source: { $case: 'location', value: dataset }, limit: images },
  );
}
