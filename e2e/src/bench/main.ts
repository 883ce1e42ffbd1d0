import { Runtime } from '@oblique/runtime';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { hueHistogram, torchHueHistogram } from './hueHistograms.js';
import { inferenceBesideMeasurements, p95 } from './inferenceBesideMeasurements.js';
import { fastest, interleaved, median, ratio, type Timings } from './interleaved.js';
import { allLayersByJvp, authorsWay, plainForward } from './libraryPasses.js';
import { linearUpdate, torchLinearUpdate } from './linearUpdates.js';
import { byLibrary, byService } from './measurements.js';
import { torchForwardAd } from './torchForwardAd.js';
import { findPythonWithTorch } from './torchProcess.js';
import { autoencoder, ourStep, smallCnn, torchStep } from './trainingSteps.js';
import { uploads } from './uploads.js';
import { workload } from './workload.js';

// Oblique's speed as ratios, each of two things timed in turns in this run, on one thread.

const { values } = parseArgs({
  options: {
    repeats: { type: 'string', default: '7' },
    out: { type: 'string', default: 'bench/results/bench.json' },
  },
});
const repeats = Number(values.repeats);
if (!(Number.isInteger(repeats) && repeats >= 1)) throw new RangeError('--repeats is a whole number from 1.');

interface Comparison {
  readonly title: string;
  readonly slow: Timings;
  readonly fast: Timings;
  readonly target: string;
  readonly met: (ratio: number) => boolean;
}

const folder = await mkdtemp(join(tmpdir(), 'oblique-bench-'));
const runtime = await Runtime.start({ device: 'cpu', workers: 1, threadsPerWorker: 1 });
const comparisons: Comparison[] = [];
const notes: string[] = [];
try {
  const work = workload();
  const python = findPythonWithTorch();
  const torch = python === undefined ? undefined : await torchForwardAd(work, python, folder);
  if (torch === undefined) {
    notes.push('Against PyTorch: skipped, no Python with torch and onnx found; name one in OBLIQUE_PYTHON.');
  }
  try {
    console.log(`ResNet18, batch 10, 224 × 224, one thread, ${repeats} rounds in turns …`);
    const [jvp, forward, authors, python] = await interleaved(
      [
        allLayersByJvp(runtime, work),
        await plainForward(runtime, work),
        authorsWay(runtime, work),
        ...(torch === undefined ? [] : [torch]),
      ],
      repeats,
    );
    if (jvp === undefined || forward === undefined || authors === undefined)
      throw new Error('A timing is missing.');
    comparisons.push(
      {
        title: 'JVP of all layers ÷ plain forward',
        slow: jvp,
        fast: forward,
        target: '≤ 2.2',
        met: (r) => r <= 2.2,
      },
      { title: "the authors' way ÷ ours", slow: authors, fast: jvp, target: '> 1', met: (r) => r > 1 },
    );
    if (python !== undefined) {
      comparisons.push({
        title: "PyTorch's forward-mode AD ÷ ours",
        slow: python,
        fast: jvp,
        target: '≥ 1.4',
        met: (r) => r >= 1.4,
      });
    }
  } finally {
    await torch?.close();
  }

  if (python !== undefined) {
    console.log('An update of the tied linear autoencoder, 1024 pixels, 16 384 patches a batch …');
    const [ours, theirs] = [await linearUpdate(runtime), await torchLinearUpdate(python)];
    try {
      const [fast, slow] = await interleaved([ours, theirs], repeats);
      if (fast === undefined || slow === undefined) throw new Error('A timing is missing.');
      comparisons.push({
        title: "PyTorch's linear update ÷ ours",
        slow,
        fast,
        target: '≥ 5',
        met: (r) => r >= 5,
      });
    } finally {
      await Promise.all([ours.close(), theirs.close()]);
    }
  }

  if (python !== undefined) {
    console.log('Hues of 200 JPEG files …');
    const images = join(folder, 'images');
    const theirs = await torchHueHistogram(python, images);
    const ours = await hueHistogram(images);
    try {
      const [slow, fast] = await interleaved([theirs, ours], repeats);
      if (slow === undefined || fast === undefined) throw new Error('A timing is missing.');
      comparisons.push({
        title: "PyTorch's hue histogram ÷ ours",
        slow,
        fast,
        target: '≥ 10',
        met: (r) => r >= 10,
      });
    } finally {
      await Promise.all([ours.close(), theirs.close()]);
    }
  }

  for (const [training, largest] of [
    [autoencoder(), 1.2],
    [smallCnn(), 1.3],
  ] as const) {
    if (python === undefined) break;
    console.log(`A training step of the ${training.name}, one thread …`);
    const ours = await ourStep(runtime, training);
    const theirs = await torchStep(training, ours.parameters, python, folder);
    try {
      const [slow, fast] = await interleaved([ours, theirs], repeats);
      if (slow === undefined || fast === undefined) throw new Error('A timing is missing.');
      comparisons.push({
        title: `training step ÷ PyTorch's, ${training.name}`,
        slow,
        fast,
        target: `≤ ${largest}`,
        met: (r) => r <= largest,
      });
    } finally {
      await theirs.close();
    }
  }

  console.log('A measurement of 60 stimuli, library and service in turns …');
  const service = await byService(work, folder);
  try {
    const [library, served] = await interleaved([byLibrary(runtime, work), service], Math.min(repeats, 5));
    if (library === undefined || served === undefined) throw new Error('A timing is missing.');
    comparisons.push({
      title: 'service ÷ bare library',
      slow: served,
      fast: library,
      target: '≤ 1.05',
      met: (r) => r <= 1.05,
    });
  } finally {
    await service.close();
  }

  console.log('ModelInfer of ResNet-20, idle and beside measurements of SqueezeNet …');
  const inference = await inferenceBesideMeasurements(folder);
  if (inference === undefined)
    notes.push('Inference beside measurements: skipped, OBLIQUE_DATA holds no networks.');
  else {
    const { idle, besideOne, besideTwo } = inference;
    const allowed = (3 * p95(idle) + 100) / p95(idle);
    for (const beside of [besideOne, besideTwo]) {
      comparisons.push({
        title: `p95 of ${beside.name} ÷ idle`,
        slow: { name: beside.name, milliseconds: [p95(beside)] },
        fast: { name: idle.name, milliseconds: [p95(idle)] },
        target: `≤ ${allowed.toFixed(1)} (3 × idle + 100 ms)`,
        met: (r) => r <= allowed,
      });
    }
  }

  console.log('An upload through a slow network and a fast one, in turns …');
  const sent = await uploads(folder);
  try {
    const [slow, fast] = await interleaved([sent.distant, sent.near], Math.min(repeats, 5));
    if (slow === undefined || fast === undefined) throw new Error('A timing is missing.');
    comparisons.push({
      title: 'upload at 20 ms each way ÷ without delay',
      slow,
      fast,
      target: '≤ 6',
      met: (r) => r <= 6,
    });
  } finally {
    await sent.close();
  }
} finally {
  await runtime.close();
  await rm(folder, { recursive: true, force: true });
}

const rows = comparisons.map(({ title, slow, fast, target, met }) => {
  const { ofFastest, median: middle } = ratio(slow, fast);
  return { title, ofFastest, median: middle, target, met: met(middle), slow, fast };
});
console.table(
  rows.map(({ title, ofFastest, median: middle, target, met, slow, fast }) => ({
    comparison: title,
    'ratio of fastest': ofFastest.toFixed(3),
    'median ratio': middle.toFixed(3),
    target,
    met: met ? 'yes' : 'no',
    'ms (median)': `${median(slow.milliseconds).toFixed(0)} ÷ ${median(fast.milliseconds).toFixed(0)}`,
    'ms (fastest)': `${fastest(slow).toFixed(0)} ÷ ${fastest(fast).toFixed(0)}`,
  })),
);
for (const note of notes) console.log(note);

const out = resolve(values.out);
await mkdir(dirname(out), { recursive: true });
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version };
await writeFile(
  out,
  `${JSON.stringify({ machine, executor: runtime.info.executor, repeats, comparisons: rows, notes }, null, 1)}\n`,
);
console.log(`Written to ${out}.`);
