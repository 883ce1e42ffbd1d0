import {
  fromBinary,
  fromJson,
  toBinary,
  type DescMessage,
  type DescMethod,
  type Message,
} from '@bufbuild/protobuf';
import { orchestratorV1, trainingV1 } from '@oblique/contracts';
import { allMethods } from '@oblique/service';
import { borderMessage, disturb, type Words } from './borderMessages.js';
import type { Draw } from './draw.js';
import type { FuzzedServices } from './fuzzedServices.js';
import { makeFixtures, type Fixtures } from './fixtures.js';
import { described, type Finding, type FuzzKind, type PreparedKind } from './fuzzKind.js';
import { isFault, RawClient, type Outcome, type RawMethod } from './rawCalls.js';
import { templates } from './templates.js';

/** Which process serves a package of the contracts; those that are not listed are served by all. */
const SERVED_BY: Readonly<Record<string, string>> = {
  'oblique.stimulus.v1': 'stimulus',
  'oblique.serving.v1': 'serving',
  'oblique.statistics.v1': 'statistics',
  'oblique.training.v1': 'training',
  'oblique.orchestrator.v1': 'orchestrator',
  inference: 'serving',
};

interface Target {
  readonly method: DescMethod;
  readonly raw: RawMethod;
}

/** Every method of every service, with requests at the borders of what their fields hold. */
export const requestsKind: FuzzKind = {
  name: 'requests',
  prepare: async (services) => new Requests(services, await makeFixtures(services)),
};

class Requests implements PreparedKind {
  readonly #clients: ReadonlyMap<string, RawClient>;
  readonly #targets: readonly Target[] = allMethods().map((method) => ({ method, raw: rawMethod(method) }));
  readonly #templates: readonly (readonly [method: string, message: Message])[];
  readonly #words: Words;

  constructor(services: FuzzedServices, fixtures: Fixtures) {
    const names = ['stimulus', 'serving', 'statistics', 'training', 'orchestrator'];
    this.#clients = new Map(names.map((name) => [name, new RawClient(services.endpoint(name))]));
    this.#words = wordsOf(fixtures);
    this.#templates = Object.entries(templates(fixtures)).flatMap(([key, json]) => {
      const [name = ''] = key.split(' ');
      const target = this.#targets.find(({ method }) => method.name === name);
      return target === undefined ? [] : [[name, fromJson(target.method.input, json)] as const];
    });
  }

  async run(draw: Draw): Promise<Finding | undefined> {
    const { method, raw } = draw.pick(this.#targets);
    const service = SERVED_BY[method.parent.file.proto.package] ?? draw.pick([...this.#clients.keys()]);
    const requests = this.#requests(method, draw);
    const client = this.#clients.get(service);
    if (client === undefined) throw new Error(`There is no service ${service}.`);
    const giveUp = raw.requestStream && draw.chance(0.1);
    const outcome = await client.call(raw, requests, giveUp);
    await this.#endWhatWasStarted(outcome, method, client);
    if (!isFault(outcome)) return undefined;
    return {
      what: described(raw.path, outcome),
      input: Buffer.concat(requests),
      fileName: `${method.name}.bin`,
    };
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.close();
  }

  #requests(method: DescMethod, draw: Draw): Uint8Array[] {
    const one = (): Uint8Array => {
      const bytes = encoded(method.input, this.#message(method, draw));
      return draw.chance(0.08) ? draw.damaged(bytes) : bytes;
    };
    if (method.methodKind !== 'client_streaming') return [one()];
    // In order, without a header, with two, with none at all.
    const header = one();
    const chunk = Uint8Array.from([0x12, 3, ...draw.bytes(3)]);
    return draw.pick([
      [header, chunk],
      [header],
      [],
      [chunk],
      [header, header],
      [chunk, header],
      [header, one(), chunk],
    ]);
  }

  #message({ name, input }: DescMethod, draw: Draw): Message {
    const known = this.#templates.filter(([method]) => method === name);
    if (known.length === 0 || draw.chance(0.25)) return borderMessage(input, draw, this.#words);
    const [, template] = draw.pick(known);
    const message = fromBinary(input, toBinary(input, template));
    for (let turns = draw.below(4); turns > 0; turns--) disturb(input, message, draw, this.#words);
    return message;
  }

  /** Trainings and runs go on without who asked for them: they are not left to pile up. */
  async #endWhatWasStarted(
    { messages: [answer] }: Outcome,
    method: DescMethod,
    client: RawClient,
  ): Promise<void> {
    if (answer === undefined) return;
    if (method.name === 'StartTraining') {
      const { training } = trainingV1.StartTrainingResponse.decode(answer);
      const request = trainingV1.CancelTrainingRequest.encode({ id: training?.id ?? '' }).finish();
      await client.call(methodOf(trainingV1.TrainingServiceService.cancelTraining), [request]);
    }
    if (method.name === 'StartRun' || method.name === 'ResumeRun') {
      const { run } = orchestratorV1.StartRunResponse.decode(answer);
      const request = orchestratorV1.CancelRunRequest.encode({ runId: run?.id ?? '' }).finish();
      await client.call(methodOf(orchestratorV1.OrchestratorServiceService.cancelRun), [request]);
    }
  }
}

function rawMethod(method: DescMethod): RawMethod {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === 'client_streaming',
    responseStream: method.methodKind === 'server_streaming',
  };
}

function methodOf({ path, requestStream, responseStream }: RawMethod): RawMethod {
  return { path, requestStream, responseStream };
}

/** What protobuf-es cannot write, such as a number that does not fit, is written as nothing. */
function encoded(schema: DescMessage, message: Message): Uint8Array {
  try {
    return toBinary(schema, message);
  } catch {
    return new Uint8Array();
  }
}

function wordsOf({ model, modelDigest, sensitivity, patches, components, images }: Fixtures): Words {
  const digests = [modelDigest, sensitivity.digest, patches.digest, components.digest];
  const stimuli = ['gabor', 'grating', 'hue', 'orientation', 'phase', 'frequency', 'sigma', 'contrast'];
  const networks = [
    'resnet18',
    'alexnet',
    'mlp',
    'small_resnet',
    'vit_b_16',
    'auto',
    'all',
    'first*',
    'first',
  ];
  const kinds = ['RGB', 'BGR', 'FP32', 'INT64', 'BOOL', 'input', 'output', 'model.onnx', 'patches.npy'];
  const analyses = [
    'orientation',
    'hue',
    'errata',
    'label-noise',
    'networks',
    'seeds',
    'dataset',
    'profile',
    'quick',
  ];
  return [model, images, ...digests, ...stimuli, ...networks, ...kinds, ...analyses];
}
