import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  artifactV1,
  inferenceV2,
  orchestratorV1,
  servingV1,
  statisticsV1,
  trainingV1,
} from '@oblique/contracts';
import { createClient } from '@oblique/service';
import type { Draw } from './draw.js';
import type { FuzzedServices } from './fuzzedServices.js';
import { makeFixtures, type Fixtures } from './fixtures.js';
import { described, type Finding, type FuzzKind, type PreparedKind } from './fuzzKind.js';
import { isFault, RawClient, type RawMethod } from './rawCalls.js';

interface Question {
  readonly service: string;
  readonly method: RawMethod;
  readonly request: Uint8Array;
  /** Whether it must be answered whatever one entry of the store is like. */
  readonly list: boolean;
}

/** Files of the store cut short, flipped, emptied, missing, or with the bytes of another. */
export const storeKind: FuzzKind = {
  name: 'store',
  prepare: async (services) => {
    const fixtures = await makeFixtures(services);
    const training = await finishedTraining(services);
    await finishedRun(services);
    return new StoreDamage(services, questions(fixtures, training));
  },
};

class StoreDamage implements PreparedKind {
  readonly #clients: ReadonlyMap<string, RawClient>;
  readonly #store: string;

  constructor(
    services: FuzzedServices,
    private readonly all: readonly Question[],
  ) {
    const names = new Set(all.map(({ service }) => service));
    this.#clients = new Map([...names].map((name) => [name, new RawClient(services.endpoint(name))]));
    this.#store = join(services.home, 'store');
  }

  async run(draw: Draw): Promise<Finding | undefined> {
    const files = await filesBelow(this.#store);
    const path = draw.pick(files);
    const whole = await readFile(path);
    const how = await damage(path, new Uint8Array(whole), files, draw);
    try {
      for (let asked = 0; asked < 3; asked++) {
        const { service, method, request, list } = draw.pick(this.all);
        const outcome = await this.#clients.get(service)?.call(method, [request]);
        if (outcome === undefined) throw new Error(`There is no client of ${service}.`);
        if (!isFault(outcome) && !(list && outcome.error !== undefined)) continue;
        return {
          what: `${described(method.path, outcome)} (${how} ${path})`,
          input: new Uint8Array(whole),
          fileName: 'whole',
        };
      }
      return undefined;
    } finally {
      await writeFile(path, whole);
    }
  }

  async close(): Promise<void> {
    for (const client of this.#clients.values()) client.close();
  }
}

async function damage(
  path: string,
  whole: Uint8Array,
  files: readonly string[],
  draw: Draw,
): Promise<string> {
  switch (draw.below(5)) {
    case 0:
      await rm(path);
      return 'missing';
    case 1:
      await writeFile(path, '');
      return 'empty';
    case 2:
      await writeFile(path, await readFile(draw.pick(files)));
      return 'another file as';
    case 3:
      await writeFile(
        path,
        draw.pick(['null', '[]', '{}', '"x"', '{"digest": 3}', '{"training": {}}', '{"run": null}']),
      );
      return 'other JSON as';
    default:
      await writeFile(path, draw.damaged(whole));
      return 'damaged';
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function questions({ model, modelDigest, sensitivity, patches }: Fixtures, trainingId: string): Question[] {
  const ask = <Request>(
    service: string,
    method: RawMethod & { requestSerialize(request: Request): Buffer },
    request: Request,
    list = false,
  ): Question => {
    const { path, requestStream, responseStream } = method;
    return {
      service,
      method: { path, requestStream, responseStream },
      request: method.requestSerialize(request),
      list,
    };
  };
  const Serving = servingV1.ServingServiceService;
  const Statistics = statisticsV1.StatisticsServiceService;
  const Training = trainingV1.TrainingServiceService;
  const Orchestrator = orchestratorV1.OrchestratorServiceService;
  const Artifacts = artifactV1.ArtifactServiceService;
  const measure = servingV1.MeasureSensitivityRequest.fromPartial({
    model,
    stimulus: {
      family: 'gabor',
      widthPixels: 32,
      heightPixels: 32,
      parameters: { frequency: 0.1, sigma: 5 },
    },
    variable: 'orientation',
    grid: [{ parameter: 'orientation', values: [0, 45] }],
  });
  return [
    ask('serving', Serving.listModels, {}, true),
    ask('serving', Serving.describeModel, { model, allTensors: true }),
    ask('serving', Serving.measureSensitivity, measure),
    ask('serving', inferenceV2.GRPCInferenceServiceService.modelMetadata, { name: model, version: '' }),
    ask('statistics', Statistics.normaliseCurves, { sensitivity, axis: 'orientation' }),
    ask('statistics', Statistics.principalComponents, { patches }),
    ask('training', Training.listTrainings, {}, true),
    ask('training', Training.getTraining, { id: trainingId }),
    ask('orchestrator', Orchestrator.listRuns, {}, true),
    ask('stimulus', Artifacts.getArtifact, { digest: modelDigest }),
    ask('stimulus', Artifacts.describeArtifact, { digest: sensitivity.digest }),
  ];
}

/** A training that has ended, with its records and artifacts. */
async function finishedTraining(services: FuzzedServices): Promise<string> {
  const client = createClient(trainingV1.TrainingServiceService, services.endpoint('training'));
  try {
    const spec = trainingV1.TrainingSpec.fromPartial({
      seed: '1',
      learner: {
        $case: 'network',
        value: {
          start: { $case: 'architecture', value: { architecture: 'mlp', width: 0.01, inputSizePixels: 16 } },
          dataset: { source: { $case: 'scenes', value: { count: 16, sizePixels: 16 } } },
          schedule: { learningRate: 0.01 },
          batchSize: 4,
          steps: 2,
        },
      },
    });
    const { training } = await client.startTraining({ spec, label: 'fuzz' });
    const id = training?.id ?? '';
    for await (const { event } of client.watchTraining({ id })) if (event?.$case === 'ended') break;
    return id;
  } finally {
    client.close();
  }
}

/** A run that has ended, well or not: what counts is its record. */
async function finishedRun(services: FuzzedServices): Promise<void> {
  const client = createClient(orchestratorV1.OrchestratorServiceService, services.endpoint('orchestrator'));
  try {
    const { run } = await client.startRun({
      analysis: 'orientation',
      parameters: { networks: ['tiny'], seeds: [0] },
      requestId: '',
    });
    await client.cancelRun({ runId: run?.id ?? '' });
  } finally {
    client.close();
  }
}
