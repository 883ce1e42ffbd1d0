import { unsupportedNodes } from '@oblique/autodiff';
import type { servingV1 } from '@oblique/contracts';
import { layersOf, parametersOf, readPreprocessing } from '@oblique/networks';
import { upgradeOpset, type Program, type Value } from '@oblique/onnx';
import { kserveDatatype } from './kserveDatatype.js';
import type { HeldModel } from './modelRegistry.js';

/** A model as clients see it. */
export function modelMessage({ name, artifact, program }: HeldModel): servingV1.Model {
  const preprocessing = readPreprocessing(program);
  const operators: Record<string, number> = {};
  for (const { op, domain } of program.nodes) {
    const full = domain === '' ? op : `${domain}.${op}`;
    operators[full] = (operators[full] ?? 0) + 1;
  }
  return {
    name: name ?? '',
    artifact,
    inputs: program.inputs.map(tensorInfo),
    outputs: program.outputs.map(tensorInfo),
    opset: program.opset,
    parameterCount: parameterCount(program),
    preprocessing:
      preprocessing === undefined
        ? undefined
        : { ...preprocessing, mean: [...preprocessing.mean], std: [...preprocessing.std] },
    layers: layersOf(program),
    operators,
    unsupportedOperators: unsupportedOperators(program),
  };
}

function tensorInfo({ name, dtype, shape }: Value): servingV1.TensorInfo {
  return {
    name,
    datatype: kserveDatatype(dtype),
    shape: (shape ?? []).map((dim) => (typeof dim === 'number' ? dim : -1)),
  };
}

/** Trainable numbers; running statistics are none. */
function parameterCount(program: Program): number {
  const trainable = parametersOf(program).filter(({ role }) => role !== 'mean' && role !== 'variance');
  return trainable.reduce((sum, { tensor }) => sum + (program.initializers.get(tensor)?.data.length ?? 0), 0);
}

function unsupportedOperators(program: Program): string[] {
  const upgraded = upgradeOpset(program);
  return unsupportedNodes(
    upgraded,
    upgraded.inputs.map(({ name }) => name),
  ).map(({ op, domain }) => (domain === '' ? op : `${domain}.${op}`));
}
