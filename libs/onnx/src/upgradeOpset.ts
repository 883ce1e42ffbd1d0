import { elementTypes } from './elementTypes.js';
import type { Program } from './program.js';
import { OPSET, ProgramBuilder } from './programBuilder.js';
import { inferShapes } from './shapes.js';
import { upgradeNode } from './upgradeNode.js';
import type { UpgradeContext } from './upgrades.js';

/** The oldest operator set that is understood: since it, BatchNormalization and broadcasting mean what they mean now. */
export const OLDEST_OPSET = 9;

/**
 * The same program in operator set {@link OPSET} or newer, with one way of saying each thing: axes, bounds and pads as
 * inputs, constants as initializers, inference-mode Dropout as Identity, exponents in the type of their base. Sets newer
 * than {@link OPSET} stay: what Oblique emits means the same in them.
 *
 * @throws RangeError where the set is older than {@link OLDEST_OPSET}, or an operator is used in a form that newer sets
 *   cannot say.
 */
export function upgradeOpset(program: Program): Program {
  if (program.opset < OLDEST_OPSET) {
    throw new RangeError(
      `The program is in operator set ${program.opset}; sets from ${OLDEST_OPSET} on are understood. Export it anew with opset 13 or later.`,
    );
  }
  const builder = ProgramBuilder.extending(
    { ...program, nodes: [] },
    { opset: Math.max(program.opset, OPSET), reserved: program.nodes },
  );
  const context: UpgradeContext = {
    opset: program.opset,
    types: elementTypes(program),
    constants: inferShapes(program).constants,
  };
  for (const node of program.nodes) upgradeNode(builder, node, context);
  for (const output of program.outputs) builder.output(output.name, output.dtype, output.shape);
  return builder.build();
}
