import type { Node } from '@oblique/onnx';
import { expect, it } from 'vitest';
import { displayName, uniqueNames } from './layerNames.js';

const node = (op: string, name: string): Node => ({
  name,
  op,
  domain: '',
  inputs: [],
  outputs: [],
  attributes: {},
});

it.each([
  ['/layer1/layer1.0/relu_1/Relu_output_0', 'Relu', '', 'layer1.0.relu_1'],
  ['/layer1/layer1.0/Add_output_0', 'Add', '', 'layer1.0'],
  ['/avgpool/GlobalAveragePool_output_0', 'GlobalAveragePool', '', 'avgpool'],
  ['/Flatten_output_0', 'Flatten', '', 'Flatten'],
  ['model/conv1/Relu:0', 'Relu', '', 'model/conv1/Relu'],
  ['123', 'Relu', 'Relu_7', 'Relu_7'],
  ['123', 'Relu', '/layer1/relu/Relu', 'layer1.relu'],
  ['123', 'Relu', '', 'Relu_123'],
  ['fire2/concat_1', 'Concat', 'Concat_9', 'fire2/concat_1'],
])('%s of a node %s named "%s" is called %s', (tensor, op, name, expected) => {
  expect(displayName(tensor, node(op, name))).toBe(expected);
});

it('tells equal names apart', () => {
  expect(uniqueNames(['relu', 'pool', 'relu', 'relu_2', 'relu'])).toEqual([
    'relu',
    'pool',
    'relu_2',
    'relu_2_2',
    'relu_3',
  ]);
});
