import { distance } from 'fastest-levenshtein';
import type { Program } from '@oblique/onnx';
import { activationsOf } from './activations.js';
import { LAYERS_KEY, type Layer } from './layer.js';
import { uniqueNames } from './layerNames.js';
import { findLayers } from './layerStructure.js';

/** A selector fits no layer; the message names near ones. */
export class UnknownLayerError extends Error {
  override readonly name = 'UnknownLayerError';

  /** @param selector what was asked for. @param near names that come close to it, nearest first. */
  constructor(
    readonly selector: string,
    readonly near: readonly string[],
    message: string,
  ) {
    super(message);
  }
}

/**
 * The layers of a network by depth: those that its metadata declares, as far as their tensors are still there, else
 * those that its structure shows ({@link findLayers}).
 * @throws RangeError where the metadata is not a list of layers.
 */
export function layersOf(program: Program): Layer[] {
  const text = program.metadata.get(LAYERS_KEY);
  if (text === undefined) return findLayers(program);
  const operators = new Map(activationsOf(program).map(({ tensor, node }) => [tensor, node.op]));
  const declared = parseLayers(text).flatMap(({ name, tensor }): Layer[] => {
    const operator = operators.get(tensor);
    return operator === undefined ? [] : [{ name, tensor, operator }];
  });
  return declared.length > 0 ? declared : findLayers(program);
}

/**
 * Every float activation of a network in topological order; those that are layers have the layer's name, the others
 * their tensor's.
 */
export function allActivations(program: Program): Layer[] {
  const layers = layersOf(program);
  const byTensor = new Map(layers.map((layer) => [layer.tensor, layer]));
  const others = activationsOf(program).filter(({ tensor }) => !byTensor.has(tensor));
  const names = uniqueNames([...layers.map(({ name }) => name), ...others.map(({ tensor }) => tensor)]);
  others.forEach(({ tensor, node }, index) => {
    byTensor.set(tensor, { name: names[layers.length + index] ?? tensor, tensor, operator: node.op });
  });
  return activationsOf(program).flatMap(({ tensor }) => byTensor.get(tensor) ?? []);
}

/**
 * The layers that the selectors choose together, each once, in topological order. A selector is `auto`
 * ({@link layersOf}), `all` ({@link allActivations}), the name of a layer or tensor, or a pattern in which `*` stands
 * for any text; a pattern chooses among the layers and, where it fits none of them, among all tensors.
 * @throws UnknownLayerError where a selector chooses nothing.
 */
export function selectLayers(program: Program, selectors: readonly string[]): Layer[] {
  const layers = layersOf(program);
  const all = allActivations(program);
  const chosen = new Set<string>();
  for (const selector of selectors) {
    const found = chooseLayers(selector, layers, all);
    if (found.length === 0) throw unknownLayer(program, selector, layers, all);
    found.forEach(({ tensor }) => chosen.add(tensor));
  }
  return all.filter(({ tensor }) => chosen.has(tensor));
}

function chooseLayers(selector: string, layers: readonly Layer[], all: readonly Layer[]): readonly Layer[] {
  if (selector === 'auto') return layers;
  if (selector === 'all') return all;
  const named = all.filter(({ name }) => name === selector);
  if (named.length > 0) return named;
  const pattern = new RegExp(`^${selector.split('*').map(escape).join('.*')}$`, 's');
  const among = layers.filter(({ name }) => pattern.test(name));
  return among.length > 0
    ? among
    : all.filter(({ name, tensor }) => pattern.test(name) || pattern.test(tensor));
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

function unknownLayer(
  program: Program,
  selector: string,
  layers: readonly Layer[],
  all: readonly Layer[],
): UnknownLayerError {
  const plain = selector.replaceAll('*', '').toLowerCase();
  const far = (name: string): number => {
    const lower = name.toLowerCase();
    return plain !== '' && lower.includes(plain)
      ? 0
      : distance(plain, lower) / Math.max(plain.length, lower.length);
  };
  const near = [...new Set(all.flatMap(({ name, tensor }) => [name, tensor]))]
    .filter((name) => far(name) < 0.5)
    .sort((a, b) => far(a) - far(b))
    .slice(0, 5);
  const hint = near.length > 0 ? ` Near are ${near.join(', ')}.` : '';
  const names = layers.map(({ name }) => name).join(', ');
  return new UnknownLayerError(
    selector,
    near,
    `No layer or tensor of ${program.name} fits ${JSON.stringify(selector)}.${hint} Its layers are ${names}; "all" stands for every activation.`,
  );
}

function parseLayers(text: string): { name: string; tensor: string }[] {
  const wrong = `The model's metadata ${LAYERS_KEY} must be like [{"name":"conv1","tensor":"relu_1"}] with names that differ`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${wrong}, and is not JSON.`, { cause: error });
  }
  if (!Array.isArray(parsed)) throw new RangeError(`${wrong}, and is not a list.`);
  const layers = parsed.map((entry: unknown) => {
    if (typeof entry === 'object' && entry !== null && 'name' in entry && 'tensor' in entry) {
      const { name, tensor } = entry;
      if (typeof name === 'string' && typeof tensor === 'string') return { name, tensor };
    }
    throw new RangeError(`${wrong}, and has ${JSON.stringify(entry)}.`);
  });
  if (new Set(layers.map(({ name }) => name)).size < layers.length) throw new RangeError(`${wrong}.`);
  return layers;
}
