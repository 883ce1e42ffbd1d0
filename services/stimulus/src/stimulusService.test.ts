import { readNpy, toNumbers } from '@oblique/arrays';
import { artifactV1, stimulusV1 } from '@oblique/contracts';
import { readProgram } from '@oblique/onnx';
import { Runtime } from '@oblique/runtime';
import {
  createClient,
  fetchArtifact,
  readDigest,
  ServiceError,
  startService,
  type RunningService,
  type ServiceClient,
} from '@oblique/service';
import { findFamily, stimulusFeeds } from '@oblique/stimuli';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stimulusService } from './stimulusService.js';

let folder: string;
let service: RunningService;
let client: ServiceClient<typeof stimulusV1.StimulusServiceService>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-stimulus-'));
  service = await startService(stimulusService, ['--port', '0', '--store', folder, '--log-level', 'fatal']);
  client = createClient(stimulusV1.StimulusServiceService, service.endpoint);
});

afterAll(async () => {
  client.close();
  await service.close();
  await rm(folder, { recursive: true });
});

const spec = (change: Partial<stimulusV1.StimulusSpec> = {}): stimulusV1.StimulusSpec => ({
  family: 'gabor',
  widthPixels: 24,
  heightPixels: 18,
  stretch: stimulusV1.Stretch.STRETCH_UNSPECIFIED,
  input: stimulusV1.InputEncoding.INPUT_ENCODING_UNSPECIFIED,
  parameters: {},
  ...change,
});

async function bytesOf(ref: artifactV1.ArtifactRef | undefined, kind: string): Promise<Uint8Array> {
  expect(ref?.kind).toBe(kind);
  const bytes = await fetchArtifact(service.endpoint, readDigest(ref?.digest ?? '', 'digest'));
  expect(bytes.byteLength).toBe(ref?.sizeBytes);
  return bytes;
}

/** The error with which the call fails. */
async function failureOf(call: Promise<unknown>): Promise<ServiceError> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof ServiceError) return outcome;
  throw new Error(`The call should have failed with a ServiceError, not ${String(outcome)}.`);
}

const wellAndAlive = async (): Promise<void> => {
  expect((await client.listFamilies({})).families.length).toBeGreaterThan(0);
};

describe('ListFamilies', () => {
  it('tells parameters, units, ranges, defaults and periods', async () => {
    const { families } = await client.listFamilies({});
    expect(families.map(({ name }) => name)).toEqual(['gabor', 'grating', 'hue']);
    const [gabor] = families;
    expect(gabor?.formula).toContain('cos(2π frequency u + phase)');
    expect(gabor?.defaultInput).toBe(stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT);
    expect(
      gabor?.parameters.map(({ name, unit, derivativeUnit, defaultValue }) => [
        name,
        unit,
        derivativeUnit,
        defaultValue,
      ]),
    ).toEqual([
      ['orientation', 'degree', 'radian', 0],
      ['frequency', 'cycle/pixel', 'cycle/pixel', 0.02],
      ['phase', 'degree', 'radian', 0],
      ['sigma', 'pixel', 'pixel', 50],
      ['contrast', '1', '1', 1],
    ]);
    expect(families.map(({ blackValue, whiteValue }) => [blackValue, whiteValue])).toEqual([
      [-1, 1],
      [-1, 1],
      [0, 1],
    ]);
    expect(gabor?.parameters[0]?.sweep).toEqual([0, 15, 30, 45, 60, 75, 90, 105, 120, 135, 150, 165]);
    expect(gabor?.parameters.map(({ period }) => period)).toEqual([
      360,
      undefined,
      360,
      undefined,
      undefined,
    ]);
  });
});

describe('CompileStimulus', () => {
  it('gives a program of scalars that runs, the same bytes for the same specification', async () => {
    const { program } = await client.compileStimulus({ stimulus: spec() });
    const bytes = await bytesOf(program, 'stimulus.onnx');
    expect(readProgram(bytes).inputs.map(({ name }) => name)).toEqual(
      findFamily('gabor').parameters.map((p) => p.programInput),
    );
    expect((await client.compileStimulus({ stimulus: spec({ parameters: { phase: 30 } }) })).program).toEqual(
      program,
    );
    expect((await client.compileStimulus({ stimulus: spec({ widthPixels: 25 }) })).program).not.toEqual(
      program,
    );
  });

  it('normalises as for ImageNet where asked, and by default for hue', async () => {
    const runtime = await Runtime.start({ device: 'cpu', workers: 1 });
    try {
      const image = async (input: stimulusV1.InputEncoding): Promise<Float64Array> => {
        const { program } = await client.compileStimulus({ stimulus: spec({ family: 'hue', input }) });
        const handle = runtime.load(await bytesOf(program, 'stimulus.onnx'));
        const outputs = await runtime.run(
          handle,
          stimulusFeeds(findFamily('hue'), [{ hue: 30, value: 0.8 }]),
        );
        expect(Object.keys(outputs)).toEqual(['image']);
        expect(outputs['image']?.shape).toEqual([1, 3, 18, 24]);
        return outputs['image'] === undefined ? new Float64Array() : toNumbers(outputs['image']);
      };
      const direct = await image(stimulusV1.InputEncoding.INPUT_ENCODING_DIRECT);
      const normalised = await image(stimulusV1.InputEncoding.INPUT_ENCODING_IMAGENET);
      [0.8, 0.4, 0].forEach((channel, c) => {
        const at = c * 24 * 18 + 100;
        expect(direct[at]).toBeCloseTo(channel, 6);
        const [mean = NaN, std = NaN] =
          [
            [0.485, 0.229],
            [0.456, 0.224],
            [0.406, 0.225],
          ][c] ?? [];
        expect(normalised[at]).toBeCloseTo((channel - mean) / std, 5);
      });
      expect(await image(stimulusV1.InputEncoding.INPUT_ENCODING_UNSPECIFIED)).toEqual(normalised);
    } finally {
      await runtime.close();
    }
  });

  it('refuses the preprocessing of a model, since there is none', async () => {
    const failure = await failureOf(
      client.compileStimulus({ stimulus: spec({ input: stimulusV1.InputEncoding.INPUT_ENCODING_MODEL }) }),
    );
    expect(failure.reason).toBe('INVALID_ARGUMENT');
    expect(failure.message).toMatch(/MODEL is the preprocessing of a network/);
    expect(failure.fields.map(({ field }) => field)).toEqual(['stimulus.input']);
  });
});

describe('RenderStimulus', () => {
  const grid = [
    { parameter: 'orientation', values: [0, 30, 60] },
    { parameter: 'phase', values: [-90, 45] },
  ];

  it('renders the grid, the last axis fastest, with exact derivatives per radian', async () => {
    const [frequency, sigma] = [0.06, 6];
    const response = await client.renderStimulus({
      stimulus: spec({ parameters: { frequency, sigma } }),
      grid,
      variable: 'orientation',
    });
    const images = readNpy(await bytesOf(response.images, 'images.npy'));
    const derivatives = readNpy(await bytesOf(response.derivatives, 'derivatives.npy'));
    expect([images.dtype, images.shape]).toEqual(['float32', [6, 3, 18, 24]]);
    expect([derivatives.dtype, derivatives.shape]).toEqual(['float32', [6, 3, 18, 24]]);
    const [image, derivative] = [toNumbers(images), toNumbers(derivatives)];

    const points = [0, 30, 60].flatMap((orientation) => [-90, 45].map((phase) => ({ orientation, phase })));
    points.forEach(({ orientation, phase }, index) => {
      const o = (-orientation * Math.PI) / 180 - Math.PI / 2;
      for (let pixel = 0; pixel < 18 * 24; pixel++) {
        const [x, y] = [(pixel % 24) - 12, Math.floor(pixel / 24) - 9];
        const argument =
          2 * Math.PI * frequency * (x * Math.cos(o) + y * Math.sin(o)) + (phase * Math.PI) / 180;
        const window = Math.exp(-(x * x + y * y) / (2 * sigma * sigma));
        // do/dθ = −1
        const slope = 2 * Math.PI * frequency * (x * Math.sin(o) - y * Math.cos(o));
        for (let channel = 0; channel < 3; channel++) {
          const at = (index * 3 + channel) * 18 * 24 + pixel;
          expect(Math.abs((image[at] ?? NaN) - window * Math.cos(argument))).toBeLessThan(1e-7);
          expect(Math.abs((derivative[at] ?? NaN) + window * Math.sin(argument) * slope)).toBeLessThan(2e-7);
        }
      }
    });
  });

  it('differentiates hue to the right of a boundary of its sectors, and each unit as declared', async () => {
    const response = await client.renderStimulus({
      stimulus: spec({ family: 'hue', widthPixels: 1, heightPixels: 1 }),
      grid: [{ parameter: 'hue', values: [0, 30, 60, 120, 180, 240, 300, 360, -60] }],
      variable: 'hue',
    });
    const derivatives = toNumbers(readNpy(await bytesOf(response.derivatives, 'derivatives.npy')));
    const perRadian = 3 / Math.PI;
    const expected = [
      [0, 1, 0],
      [0, 1, 0],
      [-1, 0, 0],
      [0, 0, 1],
      [0, -1, 0],
      [1, 0, 0],
      [0, 0, -1],
      [0, 1, 0],
      [0, 0, -1],
    ];
    expected.flat().forEach((slope, index) => {
      expect(derivatives[index]).toBeCloseTo(slope * perRadian, 6);
    });
  });

  it('differentiates a grating in its disc by every parameter, as differences of the formula do', async () => {
    const point = { orientation: 0.7, frequency: 0.06, phase: 0.4, radius: 7 };
    const degrees = 180 / Math.PI;
    const parameters = { ...point, orientation: point.orientation * degrees, phase: point.phase * degrees };
    const pixel = (p: typeof point, index: number): number => {
      const [column, row] = [index % 24, Math.floor(index / 24)];
      const across = -p.orientation - Math.PI / 2;
      const u = (column - 11.5) * Math.cos(across) + (row - 8.5) * Math.sin(across);
      const z = (p.radius - Math.hypot(column - 12, row - 9)) / 2;
      const inside = 1 / (1 + Math.exp(-Math.sqrt(8 / Math.PI) * (z + 0.044715 * z ** 3)));
      return inside * Math.cos(2 * Math.PI * p.frequency * u + p.phase);
    };
    for (const variable of ['orientation', 'frequency', 'phase', 'radius'] as const) {
      const stimulus = spec({ family: 'grating', parameters });
      const response = await client.renderStimulus({ stimulus, grid: [], variable });
      const derivatives = toNumbers(readNpy(await bytesOf(response.derivatives, 'derivatives.npy')));
      const step = 1e-5;
      const largest = Math.max(...derivatives.map(Math.abs));
      derivatives.subarray(0, 24 * 18).forEach((derivative, index) => {
        const up = pixel({ ...point, [variable]: point[variable] + step }, index);
        const down = pixel({ ...point, [variable]: point[variable] - step }, index);
        expect(Math.abs(derivative - (up - down) / (2 * step))).toBeLessThan(1e-6 * Math.max(1, largest));
      });
    }
  });

  it('shows each point as a picture, image beside derivative, and all of them on a sheet', async () => {
    const stimulus = spec({ parameters: { sigma: 6 }, stretch: stimulusV1.Stretch.STRETCH_MINMAX });
    const response = await client.renderStimulus({ stimulus, grid, variable: 'phase' });
    expect(response.pictures.length).toBe(6);
    const picture = sharp(await bytesOf(response.pictures[1], 'image.png'));
    expect(await picture.metadata()).toMatchObject({ format: 'png', width: 24 + 8 + 24, height: 18 });
    const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
    const values = toNumbers(readNpy(await bytesOf(response.images, 'images.npy'))).subarray(3 * 18 * 24);
    for (let pixel = 0; pixel < 18 * 24; pixel++) {
      const shown = data[(Math.floor(pixel / 24) * 56 + (pixel % 24)) * info.channels] ?? NaN;
      expect(Math.abs(shown - (127.5 + 127.5 * (values[pixel] ?? NaN)))).toBeLessThanOrEqual(0.501);
    }
    const sheet = await sharp(await bytesOf(response.contactSheet, 'contact-sheet.png')).metadata();
    expect(sheet.format).toBe('png');
    expect(sheet.width).toBeGreaterThan(2 * 128);
    expect(sheet.height).toBeGreaterThan(3 * 128);

    const plain = await client.renderStimulus({ stimulus: spec(), grid: [], variable: '' });
    expect(plain.derivatives).toBeUndefined();
    expect(plain.pictures.length).toBe(1);
    expect(await sharp(await bytesOf(plain.pictures[0], 'image.png')).metadata()).toMatchObject({
      width: 24,
      height: 18,
    });
    expect(await client.renderStimulus({ stimulus, grid, variable: 'phase' })).toEqual(response);
  });

  it('keeps sheets of ribbons and of many points in bounds', async () => {
    const sheetOf = async (stimulus: stimulusV1.StimulusSpec, grid: stimulusV1.GridAxis[]) => {
      const { contactSheet } = await client.renderStimulus({ stimulus, grid, variable: '' });
      return sharp(await bytesOf(contactSheet, 'contact-sheet.png')).metadata();
    };
    const phases = [{ parameter: 'phase', values: [0, 90] }];
    for (const size of [
      { widthPixels: 4096, heightPixels: 1 },
      { widthPixels: 1, heightPixels: 4096 },
    ]) {
      const { width, height } = await sheetOf(spec(size), phases);
      expect(width).toBeLessThan(2000);
      expect(height).toBeLessThan(600);
    }
    const values = Array.from({ length: 128 }, (_, index) => index);
    const { width, height } = await sheetOf(spec({ widthPixels: 4, heightPixels: 4 }), [
      { parameter: 'orientation', values },
      ...phases,
    ]);
    expect(width).toBeLessThan(4000);
    expect(height).toBeLessThan(8000);
  });

  it('records how a rendering came to be', async () => {
    const { images } = await client.renderStimulus({ stimulus: spec(), grid, variable: '' });
    const artifacts = createClient(artifactV1.ArtifactServiceService, service.endpoint);
    try {
      const { manifest } = await artifacts.describeArtifact({ digest: images?.digest ?? '' });
      expect(manifest?.provenance?.step).toBe('stimulus.render');
      expect(JSON.parse(manifest?.provenance?.parametersJson ?? '')).toMatchObject({
        grid,
        stimulus: { family: 'gabor', widthPixels: 24 },
      });
    } finally {
      artifacts.close();
    }
  });

  it('stops when its deadline passes, and when the client goes away', async () => {
    const request = {
      stimulus: spec({ widthPixels: 200, heightPixels: 200 }),
      grid: [{ parameter: 'phase', values: Array.from({ length: 250 }, (_, index) => index) }],
      variable: 'phase',
    };
    expect((await failureOf(client.renderStimulus(request, { deadlineMs: 50 }))).reason).toBe(
      'DEADLINE_EXCEEDED',
    );
    const leaving = new AbortController();
    const left = failureOf(client.renderStimulus(request, { signal: leaving.signal }));
    setTimeout(() => {
      leaving.abort();
    }, 50);
    expect((await left).reason).toBe('CANCELLED');
    await wellAndAlive();
  });
});

describe('bad requests', () => {
  const axis = (parameter: string, values: number[]): stimulusV1.GridAxis => ({ parameter, values });
  const many = Array.from({ length: 1000 }, (_, index) => index / 1000);
  const render = (
    stimulus: stimulusV1.StimulusSpec | undefined,
    grid: stimulusV1.GridAxis[] = [],
    variable = '',
  ) => client.renderStimulus({ stimulus, grid, variable });

  it.each<[string, () => Promise<unknown>, string, RegExp, string?]>([
    ['no stimulus', () => render(undefined), 'INVALID_ARGUMENT', /stimulus is missing/, 'stimulus'],
    [
      'family',
      () => render(spec({ family: 'gober' })),
      'UNKNOWN_FAMILY',
      /"gober"\. Did you mean "gabor"\?/,
      'stimulus.family',
    ],
    [
      'parameter',
      () => render(spec({ parameters: { sima: 3 } })),
      'UNKNOWN_PARAMETER',
      /Did you mean "sigma"\?/,
      'stimulus.parameters.sima',
    ],
    [
      'range',
      () => render(spec({ parameters: { sigma: 0 } })),
      'VALUE_OUT_OF_RANGE',
      /sigma = 0 pixel .* 0\.5 to 1000000 pixel/,
      'stimulus.parameters.sigma',
    ],
    [
      'NaN',
      () => render(spec({ parameters: { phase: NaN } })),
      'VALUE_OUT_OF_RANGE',
      /phase = NaN degree is not a finite number/,
      'stimulus.parameters.phase',
    ],
    [
      'infinity',
      () => render(spec(), [axis('frequency', [-Infinity])]),
      'VALUE_OUT_OF_RANGE',
      /-Infinity cycle\/pixel/,
      'grid.frequency',
    ],
    [
      'no size',
      () => render(spec({ widthPixels: 0 })),
      'VALUE_OUT_OF_RANGE',
      /width = 0 pixels .* from 1 to 4096/,
      'stimulus.width_pixels',
    ],
    [
      'absurd size',
      () => client.compileStimulus({ stimulus: spec({ heightPixels: 4_000_000_000 }) }),
      'VALUE_OUT_OF_RANGE',
      /height_pixels = 4000000000/,
    ],
    [
      'stretch of hue',
      () => render(spec({ family: 'hue', stretch: stimulusV1.Stretch.STRETCH_MINMAX })),
      'INVALID_ARGUMENT',
      /hue cannot be stretched/,
    ],
    [
      'newer stretch',
      () => render(spec({ stretch: stimulusV1.Stretch.UNRECOGNIZED })),
      'INVALID_ARGUMENT',
      /stretch = -1 is unknown/,
      'stimulus.stretch',
    ],
    [
      'nothing to stretch',
      () => render(spec({ stretch: stimulusV1.Stretch.STRETCH_MINMAX }), [axis('contrast', [1, 0])]),
      'INVALID_ARGUMENT',
      /contrast = 0 is one grey/,
    ],
    [
      'empty axis',
      () => render(spec(), [axis('phase', [])]),
      'GRID_EMPTY',
      /axis phase has no values/,
      'grid.phase',
    ],
    [
      'axis of no parameter',
      () => render(spec(), [axis('hue', [1])]),
      'UNKNOWN_PARAMETER',
      /gabor has no parameter "hue"/,
    ],
    [
      'axis twice',
      () => render(spec(), [axis('phase', [1]), axis('phase', [2])]),
      'INVALID_ARGUMENT',
      /axis phase twice/,
    ],
    [
      'fixed and varied',
      () => render(spec({ parameters: { phase: 1 } }), [axis('phase', [2])]),
      'INVALID_ARGUMENT',
      /fixed value and an axis/,
    ],
    [
      'huge grid',
      () => render(spec(), [axis('phase', many), axis('contrast', many)]),
      'GRID_TOO_LARGE',
      /= 1000000 points; at most 1024/,
    ],
    [
      'huge images',
      () => render(spec({ widthPixels: 4096, heightPixels: 4096 }), [axis('phase', [1, 2])]),
      'GRID_TOO_LARGE',
      /384 MiB; one call renders at most 256 MiB/,
    ],
    [
      'variable',
      () => render(spec(), [], 'angle'),
      'UNKNOWN_VARIABLE',
      /"angle".* Known are: orientation/,
      'variable',
    ],
  ])(
    '%s: a clear error with its reason, and the service lives on',
    async (_name, call, reason, message, field) => {
      const failure = await failureOf(call());
      expect(failure.reason).toBe(reason);
      expect(failure.message).toMatch(message);
      if (field !== undefined) expect(failure.fields.map((violation) => violation.field)).toContain(field);
      await wellAndAlive();
    },
  );
});
