import type { NeededSteps, Step } from '@oblique/workflow';
import { conditionsOf, describeCondition } from '../orientation/condition.js';
import { REFERENCE_SIZE_PIXELS } from '../orientation/gabor.js';
import { modelStep } from '../orientation/modelStep.js';
import { readModelValue, type Services } from '@oblique/study';
import { cohortsOf } from '../trained-controls/cohort.js';
import { memberTraining } from '../trained-controls/memberTraining.js';
import { hueObservations } from '../trained-controls/observations.js';
import { formOf, hueRotatedParameters } from '../trained-controls/trainedParameters.js';
import type { TaskName } from '../trained-controls/task.js';
import { HUE } from '../trained-controls/turnedVariable.js';
import type { HueParameters } from './hueParameters.js';

/** A network whose sensitivity to hue is measured; its members differ in their seed only. */
export interface HueNetwork {
  readonly label: string;
  /** The label as ids of claims and figures carry it. */
  readonly slug: string;
  readonly origin: 'given' | 'untrained' | 'trained';
  /** How it came to be, in a sentence. */
  readonly description: string;
  readonly members: readonly HueMember[];
  readonly layers: readonly string[];
  /** What it learned to tell in this run, and how well the twin problem was told; of trained ones only. */
  readonly learning?: { readonly task: TaskName; readonly twinAccuracy: number | null };
  /** How colours are fed, which may depend on how the network was added. */
  readonly input: (needed: NeededSteps, modelStep: string) => 'imagenet' | 'model';
  readonly sizePixels: (needed: NeededSteps, modelStep: string) => number;
  readonly modelSteps: (services: Services) => readonly Step[];
}

export interface HueMember {
  /** Step that gives its `model.onnx`. */
  readonly modelStep: string;
  readonly measureStep: string;
  readonly curvesStep: string;
}

const DEFAULT_NETWORK = 'resnet18';

/** Every network that is measured. */
export function hueNetworks(parameters: HueParameters): HueNetwork[] {
  const { seeds, protocol, layers, sizePixels } = parameters;
  const isDefault = parameters.networks.length === 0;
  const networks = isDefault ? [DEFAULT_NETWORK] : parameters.networks;
  const named = conditionsOf({ networks, seeds, protocol, controls: true })
    // A shuffled network says nothing of hue that an untrained one does not.
    .filter(({ state }) => state !== 'shuffled')
    .map((condition): HueNetwork => {
      const { label, slug, source, members, state } = condition;
      const architecture = source.kind === 'architecture' ? source.architecture : undefined;
      return {
        label,
        slug,
        origin: state === 'given' ? 'given' : 'untrained',
        description: describeCondition(condition, parameters),
        members: members.map((member) => memberOf(member.modelStep, member.label)),
        layers: architecture === 'resnet18' ? [...layers, 'conv1'] : layers,
        input: (needed, model) => {
          if (architecture !== undefined) return 'imagenet';
          if (parameters.input !== 'auto') return parameters.input;
          return needed.value(model, readModelValue).hasPreprocessing ? 'model' : 'imagenet';
        },
        sizePixels: (needed, model) =>
          architecture === undefined
            ? (needed.value(model, readModelValue).inputSizePixels ?? REFERENCE_SIZE_PIXELS)
            : sizePixels,
        modelSteps: (services) =>
          members.map((member) => modelStep({ protocol, sizePixels }, condition, member, services)),
      };
    });
  return isDefault ? [...named, ...trainedNetworks(parameters)] : named;
}

/** The networks of `hue-rotated` in the world of the original hues: the same trainings, so that they run once. */
function trainedNetworks({ profile, protocol, dataset, seeds }: HueParameters): HueNetwork[] {
  const ofWorlds = hueRotatedParameters.parse({ profile, protocol, dataset });
  const training = { ...ofWorlds, seeds: ofWorlds.seeds.slice(0, seeds.length) };
  return cohortsOf(training, HUE)
    .filter(({ task }) => task === 'hue-turn')
    .map(({ network, task, members }): HueNetwork => {
      // The first world is turned by nothing.
      const runs = members.slice(0, 1).flat();
      const form = formOf(training, network);
      const observations = hueObservations(training, form.sizePixels);
      return {
        label: `${network} (trained)`,
        slug: `${network.replaceAll('_', '-')}-trained`,
        origin: 'trained',
        description: `Trained in this run for ${training.steps} updates to tell by how much hues were turned, on ${dataset === 'scenes' ? 'synthetic scenes' : dataset}; seeds ${training.seeds.join(', ')}.`,
        members: runs.map(({ trainStep: id, seed }) => memberOf(id, `${network} (trained) seed ${seed}`)),
        layers: ['auto'],
        learning: { task, twinAccuracy: training.twinAccuracy },
        input: () => 'imagenet',
        sizePixels: () => form.sizePixels,
        modelSteps: (services) =>
          runs.map((run) => memberTraining(training, HUE, { network, task }, run, observations, services)),
      };
    });
}

function memberOf(model: string, label: string): HueMember {
  return { modelStep: model, measureStep: `measure ${label}`, curvesStep: `curves ${label}` };
}
