import { selectLayers } from '@oblique/networks';
import { MalformedProgramError, NoFloat64Error, readProgram } from '@oblique/onnx';
import { UnsupportedOperatorError } from '@oblique/autodiff';
import { Runtime } from '@oblique/runtime';
import { measureSensitivity, SensitivityError, type Precision } from '@oblique/sensitivity';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// One construct of ONNX a network (reference/make_constructs_reference.py): D of its output against forward-mode AD in
// PyTorch float64, or a refusal by name.

interface Constructs {
  readonly orientations: readonly number[];
  readonly networks: Readonly<
    Record<string, { readonly d: readonly number[]; readonly float32: number } | { readonly refused: string }>
  >;
}

const folder = new URL('../reference/constructs/', import.meta.url);
const read = (name: string): Promise<Buffer> => readFile(new URL(name, folder));
const { orientations, networks } = JSON.parse(String(await read('constructs.json'))) as Constructs;

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ device: 'cpu', workers: 1 });
});

afterAll(async () => {
  await runtime.close();
});

async function measured(name: string, precision: Precision, batchSize: number): Promise<readonly number[]> {
  const network = readProgram(await read(`${name}.onnx`));
  const { d } = await measureSensitivity({
    runtime,
    network,
    stimulus: {
      family: 'gabor',
      widthPixels: 16,
      heightPixels: 16,
      stretch: 'none',
      input: 'direct',
      parameters: { frequency: 0.1, sigma: 5, phase: 20 },
    },
    variable: 'orientation',
    grid: [{ parameter: 'orientation', values: [...orientations] }],
    layers: selectLayers(network, ['y']),
    precision,
    batchSize,
  });
  return [...(d.get('y') ?? [])];
}

describe.each([
  ['float32', 3],
  ['float64', 3],
  ['float64', 1],
] as const)('in %s, %i at once', (precision, batchSize) => {
  for (const [name, expected] of Object.entries(networks)) {
    if ('refused' in expected) continue;
    it(`D behind ${name.replaceAll('_', ' ')}`, async () => {
      const found = await measured(name, precision, batchSize);
      expect(found).toHaveLength(orientations.length);
      found.forEach((value, index) => {
        const error = Math.abs(value / (expected.d[index] ?? NaN) - 1);
        expect(error).toBeLessThan(precision === 'float64' ? 1e-11 : expected.float32);
      });
    });
  }
});

describe('refuses by name', () => {
  for (const [name, expected] of Object.entries(networks)) {
    if (!('refused' in expected)) continue;
    it.each(['float32', 'float64'] as const)(`${name.replaceAll('_', ' ')}, in %s`, async (precision) => {
      const error: unknown = await measured(name, precision, 3).catch((reason: unknown) => reason);
      expect(
        [UnsupportedOperatorError, SensitivityError, NoFloat64Error, MalformedProgramError].some(
          (kind) => error instanceof kind,
        ),
      ).toBe(true);
      expect(String(error)).toContain(expected.refused);
    });
  }
});
