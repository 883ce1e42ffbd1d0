import { float32, readNpz, toNumbers } from '@oblique/arrays';
import { ProgramBuilder, writeProgram } from '@oblique/onnx';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { descendantsOf, lives, startOblique, type Ended, type Running } from './runOblique.js';
import { tinyNetwork } from './tinyNetwork.js';

let folder: string;
let home: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oblique-cli-'));
  home = join(folder, 'home');
  await writeFile(join(folder, 'tiny.onnx'), tinyNetwork());
  await writeFile(join(folder, 'slow.onnx'), slowNetwork());
  await writeFile(join(folder, 'cut.onnx'), tinyNetwork().subarray(0, 300));
});

afterAll(async () => {
  await oblique('down');
  await rm(folder, { recursive: true, force: true });
});

const oblique = async (...args: string[]): Promise<Ended> => startOblique(args, folder, home).ended;

/** The command's result as a program gets it. */
async function json(...args: string[]): Promise<{ code: Ended['code']; value: Record<string, unknown> }> {
  const { code, stdout } = await oblique(...args, '--json');
  const value: unknown = JSON.parse(stdout);
  if (typeof value !== 'object' || value === null) throw new Error(`This is no object: ${stdout}`);
  return { code, value: { ...value } };
}

/** Two convolutions that keep two cores busy for longer than any test waits. */
function slowNetwork(): Uint8Array {
  const b = new ProgramBuilder('slow');
  const image = b.input('image', 'float32', ['N', 3, 'H', 'W']);
  const waves = (shape: number[]): string =>
    b.initializer(
      'weight',
      float32(
        shape,
        Array.from({ length: shape.reduce((a, c) => a * c, 1) }, (_, i) => Math.sin(i) / 100),
      ),
    );
  const hidden = b.op('Relu', [b.op('Conv', [image, waves([64, 3, 7, 7])])]);
  b.op('Relu', [b.op('Conv', [hidden, waves([64, 64, 7, 7])])], {}, { output: 'answer' });
  b.output('answer', 'float32', ['N', 64, 'P', 'Q']);
  return writeProgram(b.build());
}

/** A measurement that lasts, followed until its first sign of progress. */
async function longMeasurement(
  ...more: string[]
): Promise<Running & { readonly services: readonly number[] }> {
  const grids = ['--grid', 'orientation=0:180/500', '--grid', 'phase=0:180/500'];
  const args = ['measure', '--model', 'slow.onnx', '--size', '96', ...grids, '--out', 'slow.npz', ...more];
  const running = startOblique(args, folder, home);
  while (!running.stderr().includes('stimuli')) {
    if (running.process.exitCode !== null) throw new Error(running.stderr());
    await new Promise((go) => setTimeout(go, 20));
  }
  return { ...running, services: descendantsOf(running.process.pid ?? 0) };
}

async function allGone(pids: readonly number[]): Promise<void> {
  while (pids.some(lives)) await new Promise((go) => setTimeout(go, 50));
}

const MEASURE = [
  ...['measure', '--model', 'tiny.onnx', '--set', 'frequency=0.1', '--set', 'sigma=7'],
  ...['--grid', 'orientation=0:360/4', '--grid', 'phase=-90,0,90', '--layers', 'first.relu,second.relu'],
];

describe('oblique measure', () => {
  it('writes D as it says, draws it, and takes it from the store the second time', async () => {
    const { code, value } = await json(...MEASURE, '--out', 'new/D.npz', '--plot', 'new/D.svg');
    expect(code).toBe(0);
    expect(value).toMatchObject({ pointCount: 12, computedCount: 6, cached: false, out: 'new/D.npz' });

    const arrays = readNpz(await readFile(join(folder, 'new/D.npz')));
    expect([...arrays].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
      ['D/first.relu', 'float64', [4, 3]],
      ['D/second.relu', 'float64', [4, 3]],
      ['orientation', 'float64', [4]],
      ['phase', 'float64', [3]],
    ]);
    const numbers = (name: string): number[] => Array.from(toNumbers(arrays.get(name)!));
    expect(numbers('orientation')).toEqual([0, 90, 180, 270]);
    expect(numbers('phase')).toEqual([-90, 0, 90]);
    expect(value['values']).toEqual(
      ['first.relu', 'second.relu'].map((layer) => ({ layer, d: numbers(`D/${layer}`) })),
    );
    expect(await readFile(join(folder, 'new/D.svg'), 'utf8')).toMatch(/^<svg[^]*per radian²[^]*<\/svg>\s*$/);

    const again = await json(...MEASURE, '--out', 'again.npz');
    expect(again.value).toMatchObject({ cached: true, values: value['values'] });
    expect(await readFile(join(folder, 'again.npz'))).toEqual(await readFile(join(folder, 'new/D.npz')));
  });

  it('takes central differences, which lose sinc² of the step', async () => {
    const d = async (out: string, ...more: string[]): Promise<number> => {
      const asked = ['measure', '--model', 'tiny.onnx', '--variable', 'phase', '--layers', 'first'];
      expect(await oblique(...asked, ...more, '--out', out)).toMatchObject({ code: 0 });
      const arrays = readNpz(await readFile(join(folder, out)));
      return toNumbers(arrays.get('D/first')!)[0] ?? NaN;
    };
    const exact = await d('exact.npz');
    const central = await d('central.npz', '--derivative', 'central:0.4');
    expect(central / exact).toBeCloseTo((Math.sin(0.4) / 0.4) ** 2, 5);
  });

  it('does not overwrite unless forced', async () => {
    await writeFile(join(folder, 'mine.npz'), 'mine');
    const refused = await oblique(...MEASURE, '--out', 'mine.npz');
    expect(refused).toMatchObject({ code: 5, stdout: '' });
    expect(refused.stderr).toMatch(/mine\.npz exists.*--force/);
    expect(await readFile(join(folder, 'mine.npz'), 'utf8')).toBe('mine');
    expect(await oblique(...MEASURE, '--out', 'mine.npz', '--force')).toMatchObject({ code: 0 });
    expect(readNpz(await readFile(join(folder, 'mine.npz'))).has('D/first.relu')).toBe(true);
  });

  it('refuses what is wrong with a message and an exit code of its own', async () => {
    const cases: readonly (readonly [number, RegExp, ...string[]])[] = [
      [2, /--model/, 'measure'],
      [3, /no file gone\.onnx/, 'measure', '--model', 'gone.onnx'],
      [2, /at least 1/, 'measure', '--model', 'tiny.onnx', '--grid', 'orientation=0:180/0'],
      [2, /no values/, 'measure', '--model', 'tiny.onnx', '--grid', 'orientation='],
      [2, /too many/, 'measure', '--model', 'tiny.onnx', '--grid', 'orientation=0:180/1e12'],
      [2, /central:0\.01/, 'measure', '--model', 'tiny.onnx', '--derivative', 'central:0'],
      [2, /draws D over a grid/, 'measure', '--model', 'tiny.onnx', '--plot', 'x.svg'],
      [2, /\.svg, \.png or \.html/, ...MEASURE, '--plot', 'x.pdf'],
      [2, /no size/, 'measure', '--model', 'tiny.onnx', '--size', '0'],
      [4, /No service answers/, 'measure', '--model', 'tiny.onnx', '--endpoint', '127.0.0.1:1'],
      [2, /HOST:PORT/, 'measure', '--model', 'tiny.onnx', '--endpoint', 'nonsense'],
      [2, /unknown command/, 'mesure'],
    ];
    const ends = await Promise.all(cases.map(async ([, , ...args]) => oblique(...args)));
    ends.forEach((ended, index) => {
      const [code, message] = cases[index]!;
      expect(ended).toMatchObject({ code, stdout: '' });
      expect(ended.stderr).toMatch(message);
      expect(ended.stderr).not.toMatch(/\n\s+at /);
    });
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const { process: child, ended, services } = await longMeasurement();
    expect(services.length).toBeGreaterThan(0);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, stdout: '' });
    expect(services.filter(lives)).toEqual([]);
    expect(await readdir(folder)).not.toContain('slow.npz');
  });

  it('leaves nothing behind when it is killed', async () => {
    const { process: child, ended, services } = await longMeasurement();
    child.kill('SIGKILL');
    expect((await ended).code).toBe('SIGKILL');
    await allGone(services);
  });
});

describe('oblique train', () => {
  const TRAIN = [
    ...['train', '--network', 'small_resnet', '--width', '0.125', '--scenes', '64', '--scene-size', '16'],
    ...['--task', 'object-orientation', '--batch', '16', '--learning-rate', '0.01'],
  ];

  it('trains, writes and registers the model, and knows it when asked again', async () => {
    const named = [...TRAIN, '--steps', '4', '--out', 'trained.onnx', '--name', 'trained'];
    const { code, value } = await json(...named);
    expect(code).toBe(0);
    expect(value).toMatchObject({ label: 'trained', step: 4, totalSteps: 4, out: 'trained.onnx' });
    const again = await json(...named, '--force');
    expect(again.value).toMatchObject({ id: value['id'], result: value['result'] });

    const measured = await json('measure', '--model', 'trained', '--input', 'model', '--layers', 'layer4');
    const onFile = await json('measure', '--model', 'trained.onnx', '--input', 'model', '--layers', 'layer4');
    expect(measured.code).toBe(0);
    expect(measured.value['values']).toEqual(onFile.value['values']);
  });

  it('cancels on Ctrl-C, says how to go on, and does', async () => {
    const running = startOblique([...TRAIN, '--steps', '2000', '--seed', '3'], folder, home);
    while (!running.stderr().includes('/2000 steps')) {
      if (running.process.exitCode !== null) throw new Error(running.stderr());
      await new Promise((go) => setTimeout(go, 20));
    }
    running.process.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    expect([code, stdout]).toEqual([130, '']);
    const [, id = ''] = /Go on with: oblique trainings resume (\w+)/.exec(stderr) ?? [];
    const listed = await oblique('trainings', 'list');
    expect(listed.stdout).toMatch(new RegExp(`${id} .*cancelled .*/2000`));
    const resumed = startOblique(['trainings', 'resume', id], folder, home);
    while (!resumed.stderr().includes('/2000 steps')) {
      if (resumed.process.exitCode !== null) throw new Error(resumed.stderr());
      await new Promise((go) => setTimeout(go, 20));
    }
    resumed.process.kill('SIGINT');
    expect((await resumed.ended).code).toBe(130);
  });

  it('refuses what is wrong before anything is trained', async () => {
    const cases: readonly (readonly [number, RegExp, ...string[]])[] = [
      [2, /--network/, 'train'],
      [2, /"resnet19".*small_resnet/, 'train', '--network', 'resnet19'],
      [2, /--task shape is unknown; give class, tilt/, ...TRAIN, '--task', 'shape'],
      [2, /learning_rate = 0 /, ...TRAIN, '--learning-rate', '0'],
      [2, /--prior turns a dial of scenes/, 'train', '--network', 'm', '--data', '.', '--prior', 'oblique'],
      [2, /oblique up/, ...TRAIN, '--detach'],
      [3, /no training "beef"/, 'trainings', 'show', 'beef'],
    ];
    const ends = await Promise.all(cases.map(async ([, , ...args]) => oblique(...args)));
    ends.forEach((ended, index) => {
      const [code, message] = cases[index]!;
      expect(ended).toMatchObject({ code, stdout: '' });
      expect(ended.stderr).toMatch(message);
    });
  });
});

describe('with services that stay', () => {
  it('finds, uses and stops them', async () => {
    expect((await oblique('status')).code).toBe(3);
    const up = await json('up');
    expect(up.code).toBe(0);
    const { endpoints, services } = up.value as {
      endpoints: Record<string, string>;
      services: { name: string; pid: number }[];
    };
    expect(Object.keys(endpoints).sort()).toEqual([
      'orchestrator',
      'serving',
      'statistics',
      'stimulus',
      'training',
    ]);
    expect((await json('status')).value).toMatchObject({ endpoints });
    expect((await oblique('up')).code).toBe(5);

    const added = await json('models', 'add', 'tiny.onnx', '--mean', '0.5,0.4,0.3', '--scale', '2');
    expect(added.value).toMatchObject({
      name: 'tiny',
      preprocessing: { channelOrder: 'RGB', scale: 2, mean: [0.5, 0.4, 0.3], std: [1, 1, 1] },
    });
    const serving = `serving=${endpoints['serving'] ?? ''}`;
    const asked = ['--endpoint', serving, '--layers', 'first.relu'];
    const [layers, list, measured, direct] = await Promise.all([
      oblique('models', 'layers', 'tiny'),
      oblique('models', 'list'),
      json('measure', '--model', 'tiny', ...asked, '--input', 'model'),
      json('measure', '--model', 'tiny', ...asked),
    ]);
    expect(layers.stdout).toMatch(/^layer +tensor +operator\nfirst\.relu/);
    expect(list.stdout).toMatch(/\ntiny /);
    expect(measured).toMatchObject({ code: 0, value: { pointCount: 1 } });
    const d = ({ value }: typeof measured): number => (value['values'] as { d: [number] }[])[0]?.d[0] ?? NaN;
    // The first layer is linear where it is not cut, so a scale of 2 is a factor of 4 in D.
    expect(d(measured) / d(direct)).toBeCloseTo(4, 4);

    const refusals = [
      [['measure', '--model', 'nobody'], 3, /no model "nobody".*tiny.*resnet18/],
      [['measure', '--model', 'cut.onnx'], 2, /cut\.onnx: .*not an ONNX model/],
      [['measure', '--model', 'tiny', '--layers', 'frist.relu'], 2, /first\.relu/],
      [['measure', '--model', 'tiny', '--set', 'sigma=NaN'], 2, /not a finite number/],
      [[...MEASURE, '--grid', 'contrast=0:1/99999'], 2, /1199988.* points; at most/],
      [['models', 'add', 'slow.onnx', '--name', 'tiny'], 5, /names another model/],
    ] as const;
    const answers = await Promise.all(refusals.map(async ([args]) => json(...args)));
    answers.forEach(({ value, code }, index) => {
      const [args, expected, message] = refusals[index]!;
      expect(code, args.join(' ')).toBe(expected);
      expect(value).toMatchObject({ error: expect.stringMatching(message), exitCode: expected });
    });

    expect((await oblique('models', 'remove', 'tiny')).code).toBe(0);
    const { process: child, ended } = await longMeasurement();
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(services.every(({ pid }) => lives(pid))).toBe(true);
    expect((await json('status')).value['services']).toMatchObject(services.map(() => ({ restarts: 0 })));

    expect((await json('down')).value['stopped']).toHaveLength(5);
    expect(services.filter(({ pid }) => lives(pid))).toEqual([]);
    expect((await oblique('status')).code).toBe(3);
    expect((await oblique('down')).stdout).toBe('No services run.\n');
  });

  it('says that a port is in use, and starts none', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const ended = await oblique('up', '--port', `serving=${port}`);
      expect(ended.code).toBe(4);
      expect(ended.stderr).toContain(`Port ${port} of 127.0.0.1 is in use`);
      expect((await oblique('status')).code).toBe(3);
    } finally {
      holder.close();
    }
  });
});

describe('oblique stimuli', () => {
  it('renders pictures, arrays and derivatives', async () => {
    const render = ['stimuli', 'render', 'gabor', '--size', '32', '--grid', 'orientation=0:180/3'];
    expect((await oblique(...render, '--variable', 'orientation', '--out', 'gabors')).code).toBe(0);
    expect((await readdir(join(folder, 'gabors'))).sort()).toEqual(
      ['0000.png', '0001.png', '0002.png', 'contact-sheet.png', 'derivatives.npy', 'images.npy'].sort(),
    );
    expect((await oblique(...render, '--out', 'gabors')).code).toBe(5);
  });
});
