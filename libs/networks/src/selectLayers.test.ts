import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { float32, int64, ndarray } from '@oblique/arrays';
import { int, ProgramBuilder, readProgram, type Program } from '@oblique/onnx';
import { describe, expect, it } from 'vitest';
import { buildNetwork } from './architectures.js';
import { LAYERS_KEY } from './layer.js';
import { findLayers } from './layerStructure.js';
import { allActivations, layersOf, selectLayers, UnknownLayerError } from './selectLayers.js';

const resnet18 = buildNetwork('resnet18', { seed: 1, inputSizePixels: 32, classes: 2 });
const names = (layers: readonly { readonly name: string }[]): string[] => layers.map(({ name }) => name);

const DATA = process.env['OBLIQUE_DATA'];
const network = (name: string): Program =>
  readProgram(readFileSync(join(DATA ?? '', 'networks', `${name}.onnx`)));

describe('layers found by structure', () => {
  it('equal those that ResNet18 declares', () => {
    const found = findLayers(resnet18);
    expect(found.map(({ tensor }) => tensor)).toEqual(layersOf(resnet18).map(({ tensor }) => tensor));
    expect(layersOf({ ...resnet18, metadata: new Map() })).toEqual(found);
    expect(layersOf(resnet18)[0]).toEqual({ name: 'conv1.relu', tensor: 'conv1.relu', operator: 'Relu' });
    expect(layersOf(resnet18).at(-1)).toEqual({ name: 'fc', tensor: 'logits', operator: 'Gemm' });
  });

  it('do not depend on which inner tensors the file declares as outputs, or in which order', () => {
    const outputs = allActivations(resnet18).map(({ tensor }) => ({
      name: tensor,
      dtype: 'float32' as const,
      shape: undefined,
    }));
    expect(findLayers({ ...resnet18, outputs: outputs.toReversed() }).map(({ tensor }) => tensor)).toEqual(
      findLayers(resnet18).map(({ tensor }) => tensor),
    );
  });

  it('keep activations, decomposed normalisation and gates together with their layer, and blocks whole', () => {
    const found = findLayers(oddNetwork());
    expect(found).toEqual([
      { name: 'stem.gelu', tensor: 'stem.gelu', operator: 'Mul' },
      { name: 'gated', tensor: 'gated', operator: 'Mul' },
      { name: 'pooled', tensor: 'pooled', operator: 'Reshape' },
      { name: 'logits', tensor: 'logits', operator: 'Add' },
      { name: 'probabilities', tensor: 'probabilities', operator: 'Softmax' },
    ]);
  });

  it.skipIf(DATA === undefined)('of a trained ResNet18 are its stem and blocks (needs OBLIQUE_DATA)', () => {
    const blocks = [
      'conv1.relu',
      'maxpool',
      'layer1.0.out',
      'layer1',
      'layer2.0.out',
      'layer2',
      'layer3.0.out',
      'layer3',
    ];
    expect(names(layersOf(network('resnet18_imagenet_to_layer3')))).toEqual(blocks);
  });

  it.skipIf(DATA === undefined)(
    'of SqueezeNet are convolutions, pools and fire modules (needs OBLIQUE_DATA)',
    () => {
      const fire = (index: number): string[] => [`fire${index}/squeeze1x1_2`, `fire${index}/concat_1`];
      expect(names(layersOf(network('squeezenet1_1_imagenet_from_fp16')))).toEqual(
        [
          'conv1_2',
          'pool1_1',
          fire(2),
          fire(3),
          'pool3_1',
          fire(4),
          fire(5),
          'pool5_1',
          [6, 7, 8, 9].map(fire),
          'conv10_2',
          'logits',
        ].flat(2),
      );
    },
  );

  it.skipIf(DATA === undefined)(
    'of ResNet-20 are its stem, blocks, pooling and head (needs OBLIQUE_DATA)',
    () => {
      const blocks = [1, 2, 3].flatMap((stage) => [0, 1, 2].map((block) => `layer${stage}.${block}`));
      expect(names(layersOf(network('resnet20_cifar10')))).toEqual(['bn1.relu', ...blocks, 'flat', 'logits']);
    },
  );
});

describe('layersOf', () => {
  it('keeps the declared layers whose tensors a transformation has left', () => {
    const declared = JSON.stringify([
      { name: 'first', tensor: 'conv1.relu' },
      { name: 'gone', tensor: 'no such tensor' },
    ]);
    const program = { ...resnet18, metadata: new Map([[LAYERS_KEY, declared]]) };
    expect(names(layersOf(program))).toEqual(['first']);
  });

  it.each(['{', '{}', '[{"name":"x"}]', '[{"name":"x","tensor":"a"},{"name":"x","tensor":"b"}]'])(
    'refuses %s',
    (text) => {
      expect(() => layersOf({ ...resnet18, metadata: new Map([[LAYERS_KEY, text]]) })).toThrow(
        /oblique.layers must be like/,
      );
    },
  );
});

describe('selectLayers', () => {
  it('gives the union of names, tensors, patterns, auto and all, by depth and each once', () => {
    expect(names(selectLayers(resnet18, ['layer3.0', 'maxpool', 'maxpool']))).toEqual([
      'maxpool',
      'layer3.0',
    ]);
    expect(names(selectLayers(resnet18, ['layer1*', 'logits']))).toEqual(['layer1.0', 'layer1.1', 'fc']);
    expect(names(selectLayers(resnet18, ['layer1.0.*']))).toEqual([
      'layer1.0.conv1',
      'layer1.0.bn1',
      'layer1.0.relu',
      'layer1.0.conv2',
      'layer1.0.bn2',
      'layer1.0.sum',
    ]);
    expect(selectLayers(resnet18, ['auto'])).toEqual(layersOf(resnet18));
    expect(selectLayers(resnet18, ['all', 'auto', '*.sum'])).toEqual(allActivations(resnet18));
    expect(selectLayers(resnet18, [])).toEqual([]);
  });

  it('takes every character but * as it is', () => {
    expect(() => selectLayers(resnet18, ['layer1.0.conv?'])).toThrow(UnknownLayerError);
    expect(() => selectLayers(resnet18, ['(layer1'])).toThrow(UnknownLayerError);
    expect(() => selectLayers(resnet18, ['layer1_0'])).toThrow(UnknownLayerError);
  });

  it('names near layers where one is not known', () => {
    expect(() => selectLayers(resnet18, ['auto', 'layr1.0'])).toThrow(
      /No layer or tensor of resnet18 fits "layr1.0". Near are layer1.0/,
    );
    expect(() => selectLayers(resnet18, ['Avgpool'])).toThrow(/Near are avgpool/);
    expect(() => selectLayers(resnet18, ['zzz'])).toThrow(/fits "zzz". Its layers are conv1.relu, maxpool/);
  });

  it('counts as activations only floats that depend on the image by value', () => {
    const tensors = allActivations(oddNetwork()).map(({ tensor }) => tensor);
    expect(tensors).toContain('stem.erf');
    expect(tensors).not.toContain('batch'); // from the shape alone
    expect(tensors).not.toContain('class'); // int64
    expect(tensors).not.toContain('turned'); // a weight, transposed
    expect(tensors).not.toContain('image');
  });
});

/** Preprocessing, Conv + GELU + decomposed normalisation, a squeeze-and-excite gate, mean, MatMul + bias, softmax, arg max. */
function oddNetwork(): Program {
  const b = new ProgramBuilder('odd');
  const weight = (name: string, shape: readonly number[]): string =>
    b.initializer(
      name,
      ndarray('float32', shape, new Float32Array(shape.reduce((a, c) => a * c, 1)).fill(0.1)),
    );
  const op = (type: string, inputs: string[], output: string, attributes = {}): string =>
    b.op(type, inputs, attributes, { output });
  const image = b.input('image', 'float32', ['N', 3, 8, 8]);
  const centred = op('Sub', [image, weight('mean', [1, 3, 1, 1])], 'centred');
  const swapped = op('Gather', [centred, b.initializer('order', int64([3], [2, 1, 0]))], 'swapped', {
    axis: int(1),
  });
  const stem = op('Conv', [swapped, weight('stem.weight', [4, 3, 3, 3])], 'stem');
  const average = op('ReduceMean', [stem, b.ints([1])], 'stem.mean');
  const normal = op('Sub', [stem, average], 'stem.normal');
  const erf = op('Erf', [normal], 'stem.erf');
  const gelu = op('Mul', [normal, op('Add', [erf, b.scalar(1)], 'stem.shifted')], 'stem.gelu');
  const squeezed = op('GlobalAveragePool', [gelu], 'squeezed');
  const gate = op(
    'Sigmoid',
    [op('Conv', [squeezed, weight('gate.weight', [4, 4, 1, 1])], 'excited')],
    'gate',
  );
  const gated = op('Mul', [gelu, gate], 'gated');
  const mean = op('ReduceMean', [gated, b.ints([2, 3])], 'pooled.maps');
  const batch = op('Shape', [image], 'batch');
  const first = op('Slice', [batch, b.ints([0]), b.ints([1])], 'batch.size');
  const shape = op('Concat', [first, b.ints([4])], 'shape', { axis: int(0) });
  const pooled = op('Reshape', [mean, shape], 'pooled');
  const turned = op('Transpose', [weight('fc.weight', [2, 4])], 'turned');
  const product = op('MatMul', [pooled, turned], 'product');
  const logits = op('Add', [product, b.initializer('fc.bias', float32([2], [0, 1]))], 'logits');
  const probabilities = op('Softmax', [logits], 'probabilities');
  b.output(op('ArgMax', [probabilities], 'class', { axis: int(1) }), 'int64');
  b.output(logits);
  return b.build();
}
