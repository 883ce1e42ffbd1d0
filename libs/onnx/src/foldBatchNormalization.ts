import { isDType, ndarray, type NdArray } from '@oblique/arrays';
import { floatAttribute, intAttribute, type Node, type Program } from './program.js';
import { freshNames } from './freshNames.js';
import { prune } from './prune.js';
import { tensorNames } from './tensorNames.js';

/**
 * The program with every inference-mode BatchNormalization that directly follows a convolution folded into it:
 * `γ (W ∗ x + b − μ) / √(v + ε) + β` is the convolution by `W γ/√(v + ε)` with bias `(b − μ) γ/√(v + ε) + β`.
 * A convolution whose own output is used elsewhere, or is an output of the program, stays. Weights are folded in
 * float64 and rounded once.
 */
export function foldBatchNormalization(program: Program): Program {
  const uses = new Map<string, number>();
  const count = (name: string): unknown => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const { name } of program.outputs) count(name);
  for (const node of program.nodes) node.inputs.forEach(count);

  const convolutions = new Map(
    program.nodes.filter(({ op }) => op === 'Conv').map((node) => [node.outputs[0], node]),
  );
  const folded = new Map<Node, Node>();
  const initializers = new Map(program.initializers);
  const names = freshNames(tensorNames(program));
  for (const norm of program.nodes) {
    const convolution = convolutions.get(norm.inputs[0]);
    if (norm.op !== 'BatchNormalization' || convolution === undefined || uses.get(norm.inputs[0] ?? '') !== 1)
      continue;
    const weights = foldedWeights(program, convolution, norm);
    if (weights === undefined) continue;
    const replaced = weights.map((weight, index) => {
      const name = names(`${convolution.name}/${index === 0 ? 'weight' : 'bias'}/folded`);
      initializers.set(name, weight);
      return name;
    });
    folded.set(convolution, {
      ...convolution,
      inputs: [convolution.inputs[0] ?? '', ...replaced],
      outputs: norm.outputs.slice(0, 1),
    });
    folded.set(norm, norm);
  }
  const nodes = program.nodes.flatMap((node) => {
    const replacement = folded.get(node);
    return replacement === undefined ? [node] : replacement === node ? [] : [replacement];
  });
  return prune({ ...program, initializers, nodes });
}

function foldedWeights(
  program: Program,
  convolution: Node,
  norm: Node,
): readonly [NdArray, NdArray] | undefined {
  if (intAttribute(norm, 'training_mode', 0) !== 0) return undefined;
  const known = (name: string | undefined): Float32Array | undefined => {
    const value = program.initializers.get(name ?? '');
    return value !== undefined && isDType(value, 'float32') ? value.data : undefined;
  };
  const weight = program.initializers.get(convolution.inputs[1] ?? '');
  const [gamma, beta, mean, variance] = norm.inputs.slice(1, 5).map(known);
  if (weight === undefined || !isDType(weight, 'float32') || !gamma || !beta || !mean || !variance)
    return undefined;
  const bias =
    (convolution.inputs[2] ?? '') === '' ? new Float32Array(gamma.length) : known(convolution.inputs[2]);
  if (bias === undefined) return undefined;

  const epsilon = floatAttribute(norm, 'epsilon', 1e-5);
  const gain = Float64Array.from(
    gamma,
    (value, channel) => value / Math.sqrt((variance[channel] ?? 0) + epsilon),
  );
  const fanIn = weight.data.length / gamma.length;
  const foldedWeight = Float32Array.from(
    weight.data,
    (value, index) => value * (gain[Math.floor(index / fanIn)] ?? 0),
  );
  const foldedBias = Float32Array.from(
    bias,
    (value, channel) => (value - (mean[channel] ?? 0)) * (gain[channel] ?? 0) + (beta[channel] ?? 0),
  );
  return [ndarray('float32', weight.shape, foldedWeight), ndarray('float32', [bias.length], foldedBias)];
}
