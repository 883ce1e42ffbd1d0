import { float64, ndarray, readNpz, toNumbers, writeNpz, type NdArray } from '@oblique/arrays';
import type { ArtifactRef, ArtifactStore } from '@oblique/artifacts';
import type { TrainingJob } from './trainingJob.js';

const KIND = 'training-snapshot.npz';

/** A training at some step, with all that it needs to go on to the same bits. */
export interface Snapshot {
  /** Steps that are done. */
  readonly step: number;
  /** How long they took. */
  readonly seconds: number;
  /** The learner's own state. */
  readonly state: Uint8Array;
  /** Members of the archives that the training ends with, as far as they go. */
  readonly metrics: ReadonlyMap<string, NdArray>;
  readonly observations: ReadonlyMap<string, NdArray>;
}

/** Stores the snapshot. The training's id is among its bytes, so that no other training has an equal one. */
export async function putSnapshot(
  store: ArtifactStore,
  { id }: Pick<TrainingJob, 'id'>,
  { step, seconds, state, metrics, observations }: Snapshot,
): Promise<ArtifactRef> {
  const arrays = new Map<string, NdArray>([
    ['training', bytes(new TextEncoder().encode(id))],
    ['progress', float64([2], [step, seconds])],
    ['state', bytes(state)],
    ...prefixed('metrics', metrics),
    ...prefixed('observations', observations),
  ]);
  return store.put(KIND, writeNpz(arrays), {
    step: 'training.snapshot',
    version: '1',
    parameters: { training: id, step },
    inputs: [],
  });
}

/**
 * The snapshot of this reference.
 * @throws ArtifactNotFoundError, ArtifactCorruptError
 */
export async function getSnapshot(store: ArtifactStore, { digest }: ArtifactRef): Promise<Snapshot> {
  const arrays = readNpz(await store.get(digest));
  const state = arrays.get('state');
  const progress = arrays.get('progress');
  if (state?.dtype !== 'uint8' || progress === undefined)
    throw new Error(`${digest} is no snapshot of a training.`);
  const [step = NaN, seconds = NaN] = toNumbers(progress);
  return {
    step,
    seconds,
    state: state.data,
    metrics: members('metrics', arrays),
    observations: members('observations', arrays),
  };
}

function bytes(data: Uint8Array): NdArray {
  return ndarray('uint8', [data.length], data);
}

function prefixed(name: string, arrays: ReadonlyMap<string, NdArray>): [string, NdArray][] {
  return [...arrays].map(([key, array]) => [`${name}/${key}`, array]);
}

function members(name: string, arrays: ReadonlyMap<string, NdArray>): Map<string, NdArray> {
  return new Map(
    [...arrays].flatMap(([key, array]) =>
      key.startsWith(`${name}/`) ? [[key.slice(name.length + 1), array] as const] : [],
    ),
  );
}
