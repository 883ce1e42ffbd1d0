import type { Node } from '@oblique/onnx';

/**
 * A name for people, from those that exporters give. PyTorch's `/layer1/layer1.0/relu_1/Relu_output_0` becomes
 * `layer1.0.relu_1`, TensorFlow's `model/conv1/Relu:0` becomes `model/conv1/Relu`; a mere number becomes the node's
 * name.
 */
export function displayName(tensor: string, node: Node): string {
  const plain = withoutIndex(tensor);
  if (!isNumber(plain)) return modulePath(plain);
  return isNumber(node.name) || node.name === ''
    ? `${node.op}_${plain}`
    : modulePath(withoutIndex(node.name));
}

function withoutIndex(tensor: string): string {
  return tensor.replace(/:\d+$/, '').replace(/_output_\d+$/, '');
}

function isNumber(text: string): boolean {
  return /^\d+$/.test(text);
}

/** PyTorch's paths name the module, the modules around it again, and last the operator inside it. */
function modulePath(name: string): string {
  if (!name.startsWith('/')) return name;
  const path = name.split('/').filter((part) => part !== '');
  const modules = path.length > 1 ? path.slice(0, -1) : path;
  return modules.filter((part, index) => !modules[index + 1]?.startsWith(`${part}.`)).join('.');
}

/** The names with `_2`, `_3`, … behind those that came before. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let count = 2; taken.has(unique); count++) unique = `${name}_${count}`;
    taken.add(unique);
    return unique;
  });
}
