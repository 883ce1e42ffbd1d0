import type { NeededSteps, Step } from '@oblique/workflow';
import { conditionsOf, describeCondition } from '../orientation/condition.js';
import { gaborSpec, mainGabor, REFERENCE_SIZE_PIXELS } from '../orientation/gabor.js';
import { modelStep } from '../orientation/modelStep.js';
import { orientationParameters, type OrientationParameters } from '../orientation/orientationParameters.js';
import { layerSelectors, PROTOCOLS } from '../orientation/protocols.js';
import { measureStep, readModelValue, type Services } from '@oblique/study';
import { cohortsOf } from '../trained-controls/cohort.js';
import { memberTraining } from '../trained-controls/memberTraining.js';
import { formOf, rotatedParameters } from '../trained-controls/trainedParameters.js';
import { ORIENTATION } from '../trained-controls/turnedVariable.js';
import { sizesOf, type ErrataParameters, type NetworkOrigin } from './errataParameters.js';

/** Of the central differences of the authors' code for Fig. 2. */
export const AUTHORS_STEP_RAD = 0.01;

/** A network whose D is taken by both derivatives; its members differ in their seed only. */
export interface MeasuredNetwork {
  readonly label: string;
  /** The label as ids of claims and figures carry it. */
  readonly slug: string;
  readonly origin: NetworkOrigin;
  /** How it came to be, in a sentence. */
  readonly description: string;
  readonly members: readonly MeasuredMember[];
}

export interface MeasuredMember {
  /** Step that gives its `model.onnx`. */
  readonly modelStep: string;
  readonly exactStep: string;
  readonly differenceStep: string;
}

/** A network with the steps that make it. */
interface Source extends MeasuredNetwork {
  readonly layers: readonly string[];
  readonly sizePixels: (needed: NeededSteps, modelStep: string) => number;
  readonly modelSteps: (services: Services) => readonly Step[];
  /** Of measuring it once, relative to ResNet18. */
  readonly cost: number;
}

/** Phases in degrees on the half circle with both ends, as the code has them. */
export function halfCirclePhasesDeg(parameters: ErrataParameters): number[] {
  return PROTOCOLS.code.phases(sizesOf(parameters).phases);
}

/** Steps that make every network, and measure it by the exact derivative and by the authors' differences. */
export function networkSteps(parameters: ErrataParameters, services: Services): Step[] {
  const gabor = gaborParameters(parameters);
  const halfCircle = halfCirclePhasesDeg(parameters);
  const wholeCircle = [...halfCircle, ...halfCircle.slice(1, -1).map((phase) => -phase)];
  const { orientations } = sizesOf(parameters);
  return measuredNetworks(parameters).flatMap(({ origin, members, layers, sizePixels, modelSteps, cost }) => [
    ...modelSteps(services),
    ...members.flatMap((member) =>
      [{ id: member.exactStep }, { id: member.differenceStep, centralDifferenceStep: AUTHORS_STEP_RAD }].map(
        (derivative) =>
          measureStep(
            {
              ...derivative,
              description: derivative.id.replace(/^measure/, 'measuring'),
              modelStep: member.modelStep,
              variable: 'orientation',
              grid: [
                { parameter: 'orientation', values: PROTOCOLS.code.angles(orientations[origin]) },
                { parameter: 'phase', values: wholeCircle },
              ],
              layers,
              precision: 'float32',
              stimulus: (needed) => gaborSpec(gabor, mainGabor(gabor), sizePixels(needed, member.modelStep)),
              cost: (cost * orientations[origin] * wholeCircle.length) / 7,
            },
            services,
          ),
      ),
    ),
  ]);
}

/** Every network that is measured. */
export function measuredNetworks(parameters: ErrataParameters): readonly Source[] {
  const asked = gaborParameters(parameters);
  const named = conditionsOf(asked).map((condition): Source => {
    const { label, slug, source, members } = condition;
    const architecture = source.kind === 'architecture' ? source.architecture : undefined;
    return {
      label,
      slug,
      origin: architecture === undefined ? 'given' : 'untrained',
      description: describeCondition(condition, asked),
      members: members.map((member) => measured(member.modelStep, member.label)),
      layers: layerSelectors('code', architecture, ['auto']),
      sizePixels: (needed, model) =>
        needed.value(model, readModelValue).inputSizePixels ?? REFERENCE_SIZE_PIXELS,
      modelSteps: (services) => members.map((member) => modelStep(asked, condition, member, services)),
      cost: 1,
    };
  });
  return named.every(({ origin }) => origin === 'untrained')
    ? [...named, ...trainedSources(parameters)]
    : named;
}

/** Small networks that learn in the upright world of the analysis `rotated`. */
function trainedSources(parameters: ErrataParameters): Source[] {
  const { trainingSteps: steps, scenes } = sizesOf(parameters);
  const training = rotatedParameters.parse({
    seeds: parameters.seeds,
    tasks: ['object-orientation'],
    limit: scenes,
    steps,
  });
  return cohortsOf(training, ORIENTATION).map(({ network, task, slug, members }): Source => {
    // The first world is turned by nothing.
    const runs = members.slice(0, 1).flat();
    return {
      label: `${network} (trained)`,
      slug,
      origin: 'trained',
      description: `Trained in this run for ${steps} updates to tell how the object of ${scenes} synthetic scenes is oriented; seeds ${parameters.seeds.join(', ')}.`,
      members: runs.map(({ trainStep: id, seed }) => measured(id, `${network} (trained) seed ${seed}`)),
      layers: layerSelectors('code', network, ['auto']),
      sizePixels: () => formOf(training, network).sizePixels,
      modelSteps: (services) =>
        runs.map((run) => memberTraining(training, ORIENTATION, { network, task }, run, [], services)),
      cost: 0.05,
    };
  });
}

function measured(model: string, label: string): MeasuredMember {
  return {
    modelStep: model,
    exactStep: `measure ${label}`,
    differenceStep: `measure ${label} by differences`,
  };
}

/** The Gabor of Fig. 2 as the authors' code makes it. */
function gaborParameters({ networks, seeds }: ErrataParameters): OrientationParameters {
  return orientationParameters.parse({
    networks,
    seeds,
    protocol: 'code',
    controls: false,
    gaborGrid: false,
  });
}
