import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A command that does real work in a few seconds, and what must come of it whatever is killed meanwhile. */
export interface Work {
  readonly name: string;
  /** `--force` is among them, so that the same command can be repeated over what it has half written. */
  readonly args: readonly string[];
  /** Services that it uses. */
  readonly services: readonly string[];
}

const ORIENTATION = {
  sizePixels: 32,
  orientations: 8,
  phases: 4,
  gridFrequencies: [0.02],
  gridSigmas: [40],
  gridContrasts: [1],
  resamples: 100,
};

function settings(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['--set', `${name}=${JSON.stringify(value)}`]);
}

const ALL = ['orchestrator', 'serving', 'statistics', 'stimulus', 'training'];

export const WORKS: readonly Work[] = [
  {
    name: 'measure',
    args: [
      ...['measure', '--model', 'tiny.onnx', '--set', 'frequency=0.1', '--set', 'sigma=7', '--force'],
      ...['--grid', 'orientation=0:360/60', '--grid', 'phase=-180:180/8', '--out', 'out/D.npz'],
    ],
    services: ['serving'],
  },
  {
    name: 'train',
    args: [
      ...['train', '--network', 'small_resnet', '--width', '0.125', '--scenes', '64', '--scene-size', '16'],
      ...['--task', 'object-orientation', '--batch', '16', '--learning-rate', '0.01', '--steps', '60'],
      ...['--out', 'out/trained.onnx', '--force'],
    ],
    services: ['training', 'serving'],
  },
  {
    name: 'run orientation',
    args: [
      ...['run', 'orientation', '--networks', 'tiny.onnx', '--seeds', '0', ...settings(ORIENTATION)],
      ...['--out', 'out', '--force'],
    ],
    services: ALL,
  },
  {
    name: 'reproduce',
    args: ['reproduce', '--only', 'fig2a', '--out', 'out', '--force'],
    services: ALL,
  },
];

/** Files that hold nothing but what was computed; others of a report tell when, and of which run. */
const COMPUTED = /\.(npz|onnx|csv|svg|png)$/;

/** What the work has written, by path, without what tells of the run itself. */
export async function outputsOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    const bytes = await readFile(path);
    if (COMPUTED.test(name)) found.set(name, bytes.toString('latin1'));
    if (name === 'results.json') found.set(name, numbersOf(bytes.toString('utf8')));
  }
  return found;
}

/** The results of a report: its claims and figures. */
function numbersOf(text: string): string {
  const report: unknown = JSON.parse(text);
  if (typeof report !== 'object' || report === null) throw new Error('results.json is no object.');
  const { sections, claims, figures } = report as Readonly<Record<string, unknown>>;
  return JSON.stringify({ sections, claims, figures });
}

/** Paths that differ between two sets of outputs. */
export function differences(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((name) => a.get(name) !== b.get(name)).sort();
}
