import { withPreprocessing } from '@oblique/networks';
import { readProgram } from '@oblique/onnx';
import { Runtime } from '@oblique/runtime';
import { measureSensitivity } from '@oblique/sensitivity';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeErrors, errorDistribution } from './errorDistribution.js';
import { readReferenceFiles, type ReferenceFile } from './reference/referenceFile.js';
import { referenceNetworkBytes } from './reference/referenceNetworkBytes.js';

// D of eq. 1 against forward-mode AD in PyTorch float64 (reference/make_reference.py). Oblique computes in float32: a
// unit that lies within rounding of a kink can fall on its other side, which makes the tail of the errors.

const dataFolder = process.env['OBLIQUE_DATA'];
const references = await readReferenceFiles();
const errors = new Map<string, number[]>();
let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ device: 'cpu', workers: 1 });
});

afterAll(async () => {
  await runtime.close();
});

describe('D against float64 forward-mode AD in PyTorch', () => {
  for (const reference of references) {
    const { network } = reference;
    it(`of ${network.name}`, async (context) => {
      const bytes = await referenceNetworkBytes(network, dataFolder);
      if (bytes === undefined) {
        return context.skip(`set OBLIQUE_DATA to the folder that holds networks/${network.file ?? ''}`);
      }
      expect(createHash('sha256').update(bytes).digest('hex'), `not the network of ${reference.remake}`).toBe(
        network.sha256,
      );
      const found = await relativeErrors(reference, bytes);
      errors.set(network.name, found);
      const distribution = errorDistribution(found);
      console.log(
        `${network.name}: ${describeErrors(distribution)}; PyTorch float32: ${describeErrors(torchErrors(reference))}`,
      );
      expect(distribution.median).toBeLessThan(1e-6);
      expect(distribution.largest).toBeLessThan(1e-3);
    });
  }

  it('of all networks together', () => {
    const distribution = errorDistribution([...errors.values()].flat());
    console.log(`all: ${describeErrors(distribution)}`);
    expect(distribution.median).toBeLessThan(1e-6);
    expect(distribution.percentile99).toBeLessThan(1e-4);
    expect(distribution.largest).toBeLessThan(1e-3);
  });
});

async function relativeErrors({ network, cases }: ReferenceFile, bytes: Uint8Array): Promise<number[]> {
  const program = withPreprocessing(readProgram(bytes), network.preprocessing);
  const found: number[] = [];
  for (const { id, stimulus, variable, grid, layers, d } of cases) {
    const { d: measured } = await measureSensitivity({
      runtime,
      network: program,
      stimulus,
      variable,
      grid,
      layers: layers.map((tensor) => ({ name: tensor, tensor, operator: '' })),
    });
    for (const layer of layers) {
      const truth = d[layer] ?? [];
      const values = measured.get(layer) ?? new Float64Array();
      expect(values.length, `${id}, ${layer}`).toBe(truth.length);
      truth.forEach((value, index) => found.push(Math.abs((values[index] ?? NaN) / value - 1)));
    }
  }
  return found;
}

function torchErrors({ cases }: ReferenceFile): ReturnType<typeof errorDistribution> {
  return errorDistribution(
    cases.flatMap(({ torchFloat32RelativeError }) => Object.values(torchFloat32RelativeError).flat()),
  );
}
