import type { JsonObject } from '@bufbuild/protobuf';
import type { artifactV1 } from '@oblique/contracts';
import type { Fixtures } from './fixtures.js';

/** A request of each method that is in order, as JSON: cases begin at it and turn one or a few of its fields. */
export function templates(fixtures: Fixtures): Readonly<Record<string, JsonObject>> {
  const { model, modelDigest, images } = fixtures;
  const [sensitivity, patches, components] = [
    fixtures.sensitivity,
    fixtures.patches,
    fixtures.components,
  ].map(ref);
  const stimulus = {
    family: 'gabor',
    widthPixels: 32,
    heightPixels: 32,
    parameters: { frequency: 0.1, sigma: 5 },
  };
  const grid = [{ parameter: 'orientation', values: [0, 45] }];
  const scenes = { scenes: { count: '8', sizePixels: 16, seed: '1' } };
  const resampling = { resamples: 20, confidence: 0.9, seed: '3' };
  const ratio = {
    measurements: [{ sensitivity: sensitivity ?? null, network: 'tiny', seed: '0' }],
    axis: 'orientation',
    halfWidthDeg: 10,
    resampling,
  };
  const network = {
    architecture: { architecture: 'mlp', width: 0.01, inputSizePixels: 16 },
    dataset: scenes,
    task: 'TASK_CLASS',
    augmentation: { centreFraction: 1, rotationDeg: 10 },
    optimiser: { method: 'METHOD_SGD', momentum: 0.9 },
    schedule: { kind: 'KIND_CONSTANT', learningRate: 0.01 },
    batchSize: 4,
    steps: '2',
    checkpoints: { at: ['1'] },
    observations: [{ name: 'o', stimulus, variable: 'orientation', grid, layers: ['auto'] }],
    observationSteps: { at: ['0'], logarithmic: 1 },
    heldOutFraction: 0.2,
  };
  const linear = {
    patches: patches ?? null,
    components: components ?? null,
    depth: 1,
    initialSize: 0.01,
    batchSize: 8,
    learningRate: 0.01,
    steps: '3',
    recordedSteps: { every: '1' },
    frequenciesCyclesPerPixel: [0.1],
  };
  return {
    CompileStimulus: { stimulus },
    RenderStimulus: { stimulus, grid, variable: 'orientation' },
    DescribeModel: { model, allTensors: true },
    RemoveModel: { name: 'none' },
    MeasureSensitivity: { model, stimulus, variable: 'orientation', grid, layers: ['auto'], batchSize: 2 },
    AddModel: { header: { name: 'fuzzed', replace: true, digest: modelDigest } },
    PutArtifact: {
      header: { kind: 'fuzz', provenance: { step: 'fuzz', version: '1', parametersJson: '{}' } },
    },
    GetArtifact: { digest: modelDigest },
    DescribeArtifact: { digest: modelDigest },
    NormaliseCurves: { sensitivity: sensitivity ?? null, axis: 'orientation' },
    CardinalObliqueRatio: ratio,
    DepthTrend: { ratio },
    Bootstrap: { groups: [{ values: [1, 2, 3] }, { values: [4, 5] }], resampling },
    DescribeImages: { dataset: { location: images }, images: '4', examples: 2 },
    ExtractPatches: { dataset: { location: images }, count: '5', sizePixels: 8, seed: '1' },
    PrincipalComponents: { patches: patches ?? null },
    StartTraining: { spec: { network, seed: '1' }, label: 'fuzz' },
    'StartTraining of a linear network': { spec: { linear, seed: '1' } },
    StartRun: { analysis: 'orientation', parameters: { networks: ['tiny'], seeds: [0] } },
    ModelInfer: {
      modelName: model,
      inputs: [
        { name: 'input', datatype: 'FP32', shape: ['1', '3', '32', '32'], contents: { fp32Contents: [0] } },
      ],
    },
    ModelMetadata: { name: model },
    ModelReady: { name: model },
  };
}

function ref({ digest, kind, sizeBytes }: artifactV1.ArtifactRef): JsonObject {
  return { digest, kind, sizeBytes: String(sizeBytes) };
}
