import { withPreprocessing } from '@oblique/networks';
import { readProgram } from '@oblique/onnx';
import { Runtime } from '@oblique/runtime';
import { measureSensitivity, type Precision } from '@oblique/sensitivity';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeErrors, errorDistribution } from './errorDistribution.js';
import { readReferenceFiles, type ReferenceFile } from './reference/referenceFile.js';
import { referenceNetworkBytes } from './reference/referenceNetworkBytes.js';

// D of eq. 1 against forward-mode AD in PyTorch float64 (reference/make_reference.py). Oblique computes in float32: a
// unit that lies within rounding of a kink can fall on its other side, which makes the tail of the errors. How heavy
// that tail is lies in the networks and stimuli; PyTorch's own float32 errors at the same places say what it may be.

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
        `${network.name}: ${describeErrors(distribution)}; PyTorch float32: ${describeErrors(errorDistribution(torchErrors(reference)))}`,
      );
      expect(distribution.median).toBeLessThan(1e-6);
    }, 600_000);
  }

  it('of all networks together', () => {
    const measured = references.filter(({ network }) => errors.has(network.name));
    const all = [...errors.values()].flat();
    const distribution = errorDistribution(all);
    const torch = errorDistribution(measured.flatMap(torchErrors));
    console.log(`all: ${describeErrors(distribution)}; PyTorch float32: ${describeErrors(torch)}`);
    const exact = all.filter((error) => error < 1e-4).length / all.length;
    console.log(`${(100 * exact).toFixed(1)} % of all are under 1e-4`);
    expect(distribution.median).toBeLessThan(1e-6);
    expect(distribution.percentile99).toBeLessThan(Math.max(1e-4, 1.5 * torch.percentile99));
    expect(distribution.largest).toBeLessThan(Math.max(1e-3, torch.largest));
  });
});

// In float64 nothing falls on the wrong side of a kink: what is left is the rounding of sums.
describe('D in float64 against float64 forward-mode AD in PyTorch', () => {
  // The others take minutes, or have operators without float64 kernels.
  const few = references.filter(({ network }) => !['alexnet', 'vgg16_bn', 'vit_b_16'].includes(network.name));
  for (const { network, cases } of few) {
    it(`of ${network.name}`, async (context) => {
      const bytes = await referenceNetworkBytes(network, dataFolder);
      if (bytes === undefined) {
        return context.skip(`set OBLIQUE_DATA to the folder that holds networks/${network.file ?? ''}`);
      }
      const some = network.file === undefined ? cases.slice(0, 1) : cases;
      const found = await relativeErrors({ network, cases: some }, bytes, 'float64');
      console.log(`${network.name}, float64: ${describeErrors(errorDistribution(found))}`);
      expect(errorDistribution(found).largest).toBeLessThan(1e-12);
    });
  }
});

async function relativeErrors(
  { network, cases }: Pick<ReferenceFile, 'network' | 'cases'>,
  bytes: Uint8Array,
  precision: Precision = 'float32',
): Promise<number[]> {
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
      precision,
    });
    for (const layer of layers) {
      const truth = d[layer] ?? [];
      const values = measured.get(layer) ?? new Float64Array();
      expect(values.length, `${id}, ${layer}`).toBe(truth.length);
      truth.forEach((value, index) => found.push(relativeError(values[index] ?? NaN, value)));
    }
  }
  return found;
}

/** The relative error of `value`; where the truth is 0, as behind a weight that is 0, `value` has to be 0 as well. */
function relativeError(value: number, truth: number): number {
  if (truth === 0) return value === 0 ? 0 : Infinity;
  return Math.abs(value / truth - 1);
}

function torchErrors({ cases }: ReferenceFile): number[] {
  return cases.flatMap(({ torchFloat32RelativeError }) => Object.values(torchFloat32RelativeError).flat());
}
