import { int, type Node, type Program } from '@oblique/onnx';

/**
 * The network in evaluation mode, whatever mode it was exported in: BatchNormalization normalises by its running
 * statistics and gives nothing but its result, Dropout does nothing.
 */
export function evaluationMode(network: Program): Program {
  return { ...network, nodes: network.nodes.map(evaluated) };
}

function evaluated(node: Node): Node {
  if (node.op === 'BatchNormalization') {
    return {
      ...node,
      outputs: node.outputs.slice(0, 1),
      attributes: { ...node.attributes, training_mode: int(0) },
    };
  }
  if (node.op === 'Dropout')
    return { ...node, inputs: node.inputs.slice(0, 2), outputs: node.outputs.slice(0, 1) };
  return node;
}
