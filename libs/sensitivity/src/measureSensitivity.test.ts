import { float32, readNpz, toNumbers, writeNpz } from '@oblique/arrays';
import { allActivations, buildNetwork, layersOf, parametersOf, withPreprocessing } from '@oblique/networks';
import { int, ints, ProgramBuilder, type Dim, type Program } from '@oblique/onnx';
import { OutOfMemoryError, Runtime } from '@oblique/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  measureSensitivity,
  type MeasureSensitivityOptions,
  type Sensitivity,
} from './measureSensitivity.js';
import { sensitivityArchive } from './sensitivityArchive.js';
import { NonFiniteSensitivityError, SensitivityError } from './sensitivityError.js';

const SIZE = 24;
const SIGMA = 6;
const FREQUENCY = 0.09;

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ device: 'cpu', workers: 2 });
});

afterAll(async () => {
  await runtime.close();
});

interface Asked extends Partial<Omit<MeasureSensitivityOptions, 'stimulus'>> {
  readonly stimulus?: Partial<MeasureSensitivityOptions['stimulus']>;
}

async function measured({ stimulus, ...rest }: Asked = {}): Promise<Sensitivity> {
  const network = rest.network ?? identity();
  return measureSensitivity({
    runtime,
    variable: 'orientation',
    grid: [],
    layers: layersOf(network),
    ...rest,
    network,
    stimulus: {
      family: 'gabor',
      widthPixels: SIZE,
      heightPixels: SIZE,
      stretch: 'none',
      input: 'direct',
      parameters: { frequency: FREQUENCY, sigma: SIGMA },
      ...stimulus,
    },
  });
}

const valuesOf = ({ d }: Sensitivity, layer: string): number[] => [...(d.get(layer) ?? [NaN])];

/** The image itself, through one 1 × 1 convolution. */
function identity(batch: Dim = 'N'): Program {
  const b = new ProgramBuilder('identity');
  const image = b.input('image', 'float32', [batch, 3, SIZE, SIZE]);
  const unit = b.initializer('unit', float32([3, 3, 1, 1], [1, 0, 0, 0, 1, 0, 0, 0, 1]));
  b.op('Conv', [image, unit], {}, { output: 'same' });
  b.output('same', 'float32', [batch, 3, SIZE, SIZE]);
  return b.build();
}

/** Two layers with kinks and a linear answer; `flattened` folds the batch into the pixels. */
function network(batch: Dim = 'N'): Program {
  const b = new ProgramBuilder('network');
  const image = b.input('image', 'float32', [batch, 3, SIZE, SIZE]);
  const wave = (shape: number[], speed: number): string =>
    b.initializer(
      'weight',
      float32(
        shape,
        Array.from({ length: shape.reduce((a, c) => a * c, 1) }, (_, i) => Math.sin(i * speed)),
      ),
    );
  const first = b.op('Relu', [b.op('Conv', [image, wave([4, 3, 5, 5], 1.1)])], {}, { output: 'first' });
  const second = b.op('Relu', [b.op('Conv', [first, wave([5, 4, 3, 3], 0.7)])], {}, { output: 'second' });
  b.op('Flatten', [b.op('GlobalAveragePool', [second])], {}, { output: 'answer' });
  b.output('answer', 'float32', [batch, 5]);
  b.op('Reshape', [second, b.ints([-1])], {}, { output: 'flattened' });
  b.output('flattened', 'float32', ['M']);
  return b.build();
}

const NETWORK_LAYERS = ['first', 'second', 'answer'].map((name) => ({ name, tensor: name, operator: '' }));

/** Σ over pixels of a function of x, y (from the image's middle), the Gaussian window, and the Gabor's argument. */
function overPixels(
  orientationDegrees: number,
  phaseDegrees: number,
  term: (at: { u: number; du: number; window: number; argument: number; r2: number }) => number,
): number {
  const o = (-(orientationDegrees + 90) * Math.PI) / 180;
  let sum = 0;
  for (let row = 0; row < SIZE; row++) {
    for (let column = 0; column < SIZE; column++) {
      const [x, y] = [column - SIZE / 2, row - SIZE / 2];
      const u = x * Math.cos(o) + y * Math.sin(o);
      sum += term({
        u,
        du: x * Math.sin(o) - y * Math.cos(o),
        r2: x * x + y * y,
        window: Math.exp(-(x * x + y * y) / (2 * SIGMA ** 2)),
        argument: 2 * Math.PI * FREQUENCY * u + (phaseDegrees * Math.PI) / 180,
      });
    }
  }
  return sum;
}

const GRID = [
  { parameter: 'orientation', values: [0, 20, 75, 130] },
  { parameter: 'phase', values: [-100, 10] },
];
const POINTS = [0, 20, 75, 130].flatMap((o) => [-100, 10].map((phase) => [o, phase] as const));

/** As many points as are allowed, nearly. */
const LARGE_GRID = [
  { parameter: 'orientation', values: Array.from({ length: 999 }, (_, index) => 0.18 * index) },
  { parameter: 'phase', values: Array.from({ length: 1000 }, (_, index) => 0.36 * index - 180) },
];

function expectClose(found: readonly number[], expected: readonly number[], tolerance = 2e-6): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, index) => {
    expect(Math.abs(value / (expected[index] ?? NaN) - 1)).toBeLessThan(tolerance);
  });
}

describe('D in closed form', () => {
  it.each<[string, (at: Parameters<Parameters<typeof overPixels>[2]>[0]) => number]>([
    [
      'orientation',
      ({ window, argument, du }) => (window * Math.sin(argument) * 2 * Math.PI * FREQUENCY * du) ** 2,
    ],
    ['phase', ({ window, argument }) => (window * Math.sin(argument)) ** 2],
    ['frequency', ({ window, argument, u }) => (window * Math.sin(argument) * 2 * Math.PI * u) ** 2],
    ['sigma', ({ window, argument, r2 }) => ((window * Math.cos(argument) * r2) / SIGMA ** 3) ** 2],
    ['contrast', ({ window, argument }) => (window * Math.cos(argument)) ** 2],
  ])('of an identity network to %s of a Gabor', async (variable, term) => {
    const result = await measured({ variable, grid: GRID });
    expectClose(
      valuesOf(result, 'same'),
      POINTS.map(([o, phase]) => 3 * overPixels(o, phase, term)),
    );
  });

  it('of an identity network to hue, per radian²', async () => {
    // Between corners of the hexagon exactly one channel moves: 1 per 60°.
    const result = await measured({
      variable: 'hue',
      stimulus: { family: 'hue', parameters: { saturation: 0.5, value: 0.8 } },
      grid: [{ parameter: 'hue', values: [10, 95, 200, 350] }],
    });
    const expected = SIZE ** 2 * ((0.5 * 0.8) / (Math.PI / 3)) ** 2;
    expectClose(valuesOf(result, 'same'), [expected, expected, expected, expected]);
  });

  it('follows what the image is fed through: directly, as for ImageNet, or as the model declares', async () => {
    const declared = withPreprocessing(identity(), {
      channelOrder: 'BGR',
      scale: 255,
      mean: [104, 117, 123],
      std: [1, 2, 4],
    });
    const term = ({ window, argument }: { window: number; argument: number }): number =>
      (window * Math.sin(argument)) ** 2;
    const image = overPixels(0, 10, term);
    const d = async (input: 'direct' | 'imagenet' | 'model'): Promise<number[]> =>
      valuesOf(
        await measured({
          network: declared,
          variable: 'phase',
          stimulus: { input, parameters: { frequency: FREQUENCY, sigma: SIGMA, phase: 10 } },
        }),
        'same',
      );
    const gain = (scale: number, std: number[]): number =>
      std.reduce((sum, deviation) => sum + (scale / deviation) ** 2, 0);
    expectClose(await d('direct'), [3 * image]);
    expectClose(await d('imagenet'), [gain(1, [0.229, 0.224, 0.225]) * image]);
    expectClose(await d('model'), [gain(255, [1, 2, 4]) * image]);
    await expect(measured({ stimulus: { input: 'model' } })).rejects.toThrow(/declares no preprocessing/);
  });
});

describe('by central differences', () => {
  it('D to the phase of a Gabor is the exact one times sinc² of the step, in both precisions', async () => {
    const step = 0.2;
    const derivative = { kind: 'centralDifference', step } as const;
    for (const precision of ['float32', 'float64'] as const) {
      const result = await measured({ variable: 'phase', grid: GRID, precision, derivative });
      const exact = POINTS.map(
        ([o, phase]) =>
          3 * overPixels(o, phase, ({ window, argument }) => (window * Math.sin(argument)) ** 2),
      );
      expectClose(
        valuesOf(result, 'same'),
        exact.map((d) => d * (Math.sin(step) / step) ** 2),
        precision === 'float32' ? 2e-6 : 1e-12,
      );
    }
  });

  it('D to hue crosses red, in radians', async () => {
    // Within one side of the hexagon the image is linear in hue, so that the difference is exact; across a corner it
    // is the mean of the two sides' slopes, each in its own channel.
    const saturation = 0.5;
    const value = 0.8;
    const found = await measured({
      variable: 'hue',
      stimulus: { family: 'hue', parameters: { saturation, value } },
      grid: [{ parameter: 'hue', values: [20, 0] }],
      derivative: { kind: 'centralDifference', step: 0.01 },
    });
    const side = SIZE ** 2 * ((saturation * value) / (Math.PI / 3)) ** 2;
    expectClose(valuesOf(found, 'same'), [side, side / 2], 1e-4);
  });

  it('tends to the exact D of a network with kinks', async () => {
    const asked = { network: network(), layers: NETWORK_LAYERS, grid: GRID, precision: 'float64' } as const;
    const exact = await measured(asked);
    const central = await measured({ ...asked, derivative: { kind: 'centralDifference', step: 1e-6 } });
    for (const { name } of NETWORK_LAYERS) expectClose(valuesOf(central, name), valuesOf(exact, name), 1e-5);
  });

  it.each([0, -0.1, NaN, Infinity])('refuses a step of %d', async (step) => {
    const refused = measured({ derivative: { kind: 'centralDifference', step } });
    await expect(refused).rejects.toThrow(SensitivityError);
    await expect(refused).rejects.toThrow(/step above 0 .*radians/);
  });
});

describe('measureSensitivity', () => {
  const asked = { network: network(), layers: NETWORK_LAYERS, grid: GRID };

  it('gives the same numbers whatever runs at once', async () => {
    const reference = await measured(asked);
    const alone = await Runtime.start({ device: 'cpu', workers: 1 });
    try {
      for (const result of [
        await measured({ ...asked, batchSize: 1 }),
        await measured({ ...asked, batchSize: 3 }),
        await measured({ ...asked, runtime: alone }),
      ]) {
        for (const { name } of NETWORK_LAYERS)
          expectClose(valuesOf(result, name), valuesOf(reference, name), 1e-6);
      }
      expect((await measured({ ...asked, runtime: alone })).d).toEqual(reference.d);
    } finally {
      await alone.close();
    }
  });

  it.each([1, 3])('pads the last batch where the network fixes it at %i', async (batch) => {
    const free = await measured(asked);
    const fixed = await measured({ ...asked, network: network(batch), batchSize: 7 });
    for (const { name } of NETWORK_LAYERS) expectClose(valuesOf(fixed, name), valuesOf(free, name), 1e-6);
  });

  it('computes identical stimuli once, and gives them identical numbers', async () => {
    const result = await measured({
      ...asked,
      grid: [
        { parameter: 'orientation', values: [15, 195, -165] },
        { parameter: 'phase', values: [30, -30, 330] },
      ],
    });
    expect([result.pointCount, result.computedCount]).toEqual([9, 2]);
    const d = valuesOf(result, 'second');
    // (θ, φ) is (θ + 180°, −φ), and phases repeat.
    expect(d).toEqual([d[0], d[1], d[1], d[1], d[0], d[0], d[1], d[0], d[0]]);
    expect(d[0]).not.toBe(d[1]);
  });

  it('measures a tensor under two names once, and tells how far it is', async () => {
    const [first] = NETWORK_LAYERS;
    if (first === undefined) throw new Error('There is no layer.');
    const progress: (readonly [number, number])[] = [];
    const result = await measured({
      ...asked,
      layers: [first, { ...first, name: 'again' }],
      batchSize: 2,
      onProgress: (done, total) => progress.push([done, total]),
    });
    expect(result.d.get('again')).toEqual(result.d.get('first'));
    expect(progress).toEqual([2, 4, 6, 8].map((done) => [done, 8]));
  });

  it('stops between batches, and leaves the runtime idle', async () => {
    const abort = new AbortController();
    const endless = measured({
      ...asked,
      grid: [{ parameter: 'phase', values: Array.from({ length: 50_000 }, (_, index) => index / 1000) }],
      signal: abort.signal,
      onProgress: () => {
        abort.abort(new Error('enough'));
      },
    });
    await expect(endless).rejects.toThrow('enough');
    while (runtime.usage.running > 0) await new Promise((go) => setTimeout(go, 10));
    expect(runtime.usage.queued).toBe(0);
  });

  it('finds the batch inside a tensor that has flattened it', async () => {
    const flat = [{ name: 'flat', tensor: 'flattened', operator: 'Reshape' }];
    const second = [{ name: 'second', tensor: 'second', operator: 'Relu' }];
    const [found, expected] = [
      await measured({ ...asked, layers: flat, batchSize: 3 }),
      await measured({ ...asked, layers: second }),
    ];
    expectClose(valuesOf(found, 'flat'), valuesOf(expected, 'second'));
  });

  it.each([
    [
      'turns it to the back',
      (b: ProgramBuilder, x: string) => b.op('Transpose', [x], { perm: ints([1, 2, 3, 0]) }),
    ],
    [
      'merges it with channels',
      (b: ProgramBuilder, x: string) => b.op('Reshape', [x, b.ints([-1, SIZE, SIZE])]),
    ],
    [
      'puts tokens first',
      (b: ProgramBuilder, x: string) =>
        b.op('Transpose', [b.op('Reshape', [x, b.ints([0, 3, -1])])], { perm: ints([2, 0, 1]) }),
    ],
  ])('measures a layer that %s', async (_, moved) => {
    const b = new ProgramBuilder('moved');
    b.op('Tanh', [moved(b, b.input('image', 'float32', ['N', 3, SIZE, SIZE]))], {}, { output: 'y' });
    b.output('y');
    const layers = [{ name: 'y', tensor: 'y', operator: 'Tanh' }];
    const [batched, single] = [
      await measured({ network: b.build(), layers, grid: GRID, batchSize: 3 }),
      await measured({ network: b.build(), layers, grid: GRID, batchSize: 1 }),
    ];
    expectClose(valuesOf(batched, 'y'), valuesOf(single, 'y'));
  });

  it('measures a layer in which examples meet one at a time only, and says so', async () => {
    const b = new ProgramBuilder('frozen');
    const image = b.input('image', 'float32', ['N', 3, SIZE, SIZE]);
    b.op('Reshape', [image, b.ints([1, 3 * SIZE * SIZE])], {}, { output: 'row', name: 'freeze' });
    b.op('Tanh', ['row'], {}, { output: 'y' });
    b.output('y');
    const layers = [{ name: 'y', tensor: 'y', operator: 'Tanh' }];
    const network = b.build();
    await expect(measured({ network, layers, grid: GRID })).rejects.toThrow(
      /Layer y .*they meet in Reshape \(node freeze\).*--batch 1/,
    );
    const one = await measured({ network, layers, grid: GRID, batchSize: 1 });
    const plain = await measured({ layers: allActivations(identity()), grid: GRID });
    expect(valuesOf(one, 'y')).toHaveLength(valuesOf(plain, 'same').length);
    await expect(measured({ network, layers, grid: [] })).resolves.toBeDefined();
  });

  it('measures layers that hold one number an example', async () => {
    const b = new ProgramBuilder('single');
    const image = b.input('image', 'float32', ['N', 3, SIZE, SIZE]);
    b.op('ReduceSum', [image, b.ints([1, 2, 3])], { keepdims: int(0) }, { output: 'sum' });
    b.output('sum', 'float32', ['N']);
    const layers = [{ name: 'sum', tensor: 'sum', operator: 'ReduceSum' }];
    const result = await measured({ network: b.build(), layers, variable: 'phase', grid: GRID });
    const slope = POINTS.map(
      ([o, phase]) => 3 * overPixels(o, phase, ({ window, argument }) => -window * Math.sin(argument)),
    );
    expectClose(
      valuesOf(result, 'sum'),
      slope.map((value) => value ** 2),
      1e-4,
    );
  });

  /** What the middle pixel, c for a Gabor of contrast c, is made into by each chain of operators. */
  function middle(chains: Readonly<Record<string, (b: ProgramBuilder, pixel: string) => string>>): Program {
    const b = new ProgramBuilder('middle');
    const image = b.input('image', 'float32', ['N', 3, SIZE, SIZE]);
    const [from, to] = [b.ints([SIZE / 2, SIZE / 2]), b.ints([SIZE / 2 + 1, SIZE / 2 + 1])];
    const pixel = b.op('Slice', [image, from, to, b.ints([2, 3])]);
    for (const [name, chain] of Object.entries(chains)) {
      b.op('Identity', [chain(b, pixel)], {}, { output: name });
      b.output(name, 'float32', undefined);
    }
    return b.build();
  }
  const contrasts = (network: Program, precision: 'float32' | 'float64' = 'float32'): Promise<Sensitivity> =>
    measured({
      network,
      precision,
      variable: 'contrast',
      grid: [{ parameter: 'contrast', values: [0, 0.25, 1] }],
      layers: network.outputs.map(({ name }) => ({ name, tensor: name, operator: '' })),
      stimulus: { parameters: { frequency: FREQUENCY, sigma: SIGMA, phase: 0 } },
    });

  it('marks where D is no finite number, says why, and gives the rest', async () => {
    const result = await contrasts(
      middle({
        root: (b, pixel) => b.op('Sqrt', [pixel], {}, { name: 'root_of_pixel' }),
        huge: (b, pixel) => b.op('Exp', [b.op('Mul', [pixel, b.scalar(100)])]),
        logarithm: (b, pixel) => b.op('Log', [b.op('Sub', [pixel, b.scalar(0.5)])]),
        plain: (b, pixel) => b.op('Mul', [pixel, b.scalar(2)]),
        steep: (b, pixel) => b.op('Mul', [pixel, b.scalar(1e25)]),
      }),
    );
    expectClose(valuesOf(result, 'plain'), [12, 12, 12]);
    // Three channels of 1/(2√c).
    expectClose(valuesOf(result, 'root').slice(1), [3, 0.75]);
    expectClose(valuesOf(result, 'logarithm').slice(2), [12]);
    expect(result.marked.map(({ layer, point, reason }) => [layer, point, reason])).toEqual([
      ['root', 0, 'infiniteSlope'],
      ['huge', 2, 'overflow'],
      ['logarithm', 0, 'notANumber'],
      ['logarithm', 1, 'notANumber'],
      ['steep', 0, 'infiniteSlope'],
      ['steep', 1, 'infiniteSlope'],
      ['steep', 2, 'infiniteSlope'],
    ]);
    expect(result.marked[0]?.message).toMatch(/a slope of Sqrt \(node root_of_pixel\) is infinite/);
    for (const { layer, point } of result.marked) expect(valuesOf(result, layer)[point]).toBeNaN();
  });

  it('finds the slope 0 of a norm at exact zeros', async () => {
    const norms = middle({
      energy: (b, pixel) => b.op('Sqrt', [b.op('Mul', [pixel, pixel])]),
      norm: (b, pixel) => b.op('ReduceL2', [pixel, b.ints([1])]),
    });
    for (const precision of ['float32', 'float64'] as const) {
      const result = await contrasts(norms, precision);
      expect(result.marked).toEqual([]);
      expectClose(valuesOf(result, 'energy').slice(1), [3, 3]);
      expectClose(valuesOf(result, 'norm').slice(1), [3, 3]);
      expect([valuesOf(result, 'energy')[0], valuesOf(result, 'norm')[0]]).toEqual([0, 0]);
    }
  });

  it('fails where nothing is finite, and says why', async () => {
    const network = middle({
      negative: (b, pixel) => b.op('Sqrt', [b.op('Sub', [pixel, b.scalar(2)])], {}, { name: 'below' }),
    });
    await expect(contrasts(network)).rejects.toThrow(NonFiniteSensitivityError);
    await expect(contrasts(network)).rejects.toThrow(
      /None of the 3 values of D is a finite number. At .*contrast = 0.*Sqrt \(node below\) is not a number/,
    );
  });

  it.each<[string, RegExp, () => Program]>([
    ['of another size', /24 × 24 .*not 32 × 32/, identity],
    [
      'of one channel',
      /three channels/,
      () => {
        const b = new ProgramBuilder('grey');
        b.input('image', 'float32', ['N', 1, 32, 32]);
        b.op('Relu', ['image'], {}, { output: 'same' });
        b.output('same', 'float32', ['N', 1, 32, 32]);
        return b.build();
      },
    ],
    [
      'of two inputs',
      /has 2 \(a, b\)/,
      () => {
        const b = new ProgramBuilder('two');
        b.input('a', 'float32', ['N', 3, 32, 32]);
        b.input('b', 'float32', ['N', 3, 32, 32]);
        b.op('Add', ['a', 'b'], {}, { output: 'same' });
        b.output('same', 'float32', ['N', 3, 32, 32]);
        return b.build();
      },
    ],
  ])('refuses a network %s', async (_, message, program) => {
    const layers = [{ name: 'same', tensor: 'same', operator: '' }];
    const refused = measured({ network: program(), layers, stimulus: { widthPixels: 32, heightPixels: 32 } });
    await expect(refused).rejects.toThrow(SensitivityError);
    await expect(refused).rejects.toThrow(message);
  });
});

it('is archived with one axis a grid, and the grids under their names', async () => {
  const result = await measured({ grid: GRID });
  const arrays = readNpz(writeNpz(sensitivityArchive(result)));
  expect([...arrays].map(([name, { shape }]) => [name, shape])).toEqual([
    ['D/same', [4, 2]],
    ['orientation', [4]],
    ['phase', [2]],
  ]);
  expect([...toNumbers(arrays.get('D/same')!)]).toEqual(valuesOf(result, 'same'));
});

it('takes weights that are fed in the place of those in the network, batch normalisation included', async () => {
  const trained = (seed: number): Program =>
    buildNetwork('resnet18', { seed, inputSizePixels: SIZE, classes: 3, width: 0.125 });
  const asked = { layers: layersOf(trained(0)), grid: [{ parameter: 'orientation', values: [0, 30, 75] }] };
  for (const seed of [1, 2]) {
    const other = trained(seed);
    const names = parametersOf(other).map(({ tensor }) => tensor);
    const weights = new Map(names.map((name) => [name, other.initializers.get(name) ?? float32([0], [])]));
    const fed = await measured({ ...asked, network: UNTRAINED, weights });
    const own = await measured({ ...asked, network: other });
    for (const { name } of asked.layers) {
      const expected = valuesOf(own, name);
      valuesOf(fed, name).forEach((value, index) => {
        expect(value / (expected[index] ?? NaN)).toBeCloseTo(1, 4);
      });
    }
  }
});

it('measures the same whatever a network calls its tensors', async () => {
  const taken = [
    'contrast',
    'orientation_rad',
    'tangent/orientation_rad',
    'D/0',
    'network/D/0',
    'image',
    'a,b:c /d',
  ];
  const called = (names: readonly string[]): Program => {
    const b = new ProgramBuilder('gabor');
    let last = b.input(names[0] ?? '', 'float32', ['N', 3, SIZE, SIZE]);
    for (const name of names.slice(1)) last = b.op('Tanh', [last], {}, { name: 'tanh', output: name });
    b.output(last, 'float32', ['N', 3, SIZE, SIZE]);
    return b.build();
  };
  const plain = called(taken.map((_, index) => `t${index}`));
  const awkward = called(taken);
  const [expected, found] = [
    await measured({ network: plain, layers: allActivations(plain) }),
    await measured({ network: awkward, layers: allActivations(awkward) }),
  ];
  expect(found.layers.map(({ tensor }) => tensor)).toEqual(taken.slice(1));
  expect([...found.d.values()]).toEqual([...expected.d.values()]);
});

/** One object for all measurements, as a training has one network: its program is made once. */
const UNTRAINED = buildNetwork('resnet18', { seed: 0, inputSizePixels: SIZE, classes: 3, width: 0.125 });

describe('a large grid', () => {
  it('is planned in slices, between which others have their turn, and no longer than it is wanted', async () => {
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);
    const reason = new Error('no longer wanted');
    const unwanted = new AbortController();
    const timer = setTimeout(() => {
      unwanted.abort(reason);
    }, 100);
    let batches = 0;
    const all = measured({
      grid: LARGE_GRID,
      signal: unwanted.signal,
      onProgress: () => (batches += 1),
    });
    await expect(all).rejects.toBe(reason);
    clearInterval(counting);
    clearTimeout(timer);
    // The timer came before the plan of a million points was done, and others with it.
    expect(batches).toBe(0);
    expect(turns).toBeGreaterThan(0);
  });
});

describe('memory', () => {
  it('is held against what is left: a batch is lowered where nobody asked for it, else refused by name', async () => {
    const values = Array.from({ length: 12 }, (_, index) => 15 * index);
    const asked = {
      network: network(),
      layers: NETWORK_LAYERS,
      grid: [{ parameter: 'orientation', values }],
    };
    const free = await measured(asked);
    let left = 2 ** 19;
    const tight = await Runtime.start({ device: 'cpu', workers: 2, availableMemoryBytes: () => left });
    try {
      let batches = 0;
      const lowered = await measured({ ...asked, runtime: tight, onProgress: () => (batches += 1) });
      expect(batches).toBeGreaterThan(2);
      for (const { name } of NETWORK_LAYERS) expectClose(valuesOf(lowered, name), valuesOf(free, name));
      const refused = measured({ ...asked, runtime: tight, batchSize: 12 });
      await expect(refused).rejects.toThrow(OutOfMemoryError);
      await expect(refused).rejects.toThrow(/A batch of 12 takes about .* a batch of \d+ would fit/);
      left = 2 ** 10;
      await expect(measured({ ...asked, runtime: tight })).rejects.toThrow(/not even a batch of 1 would fit/);
    } finally {
      await tight.close();
    }
  });
});
