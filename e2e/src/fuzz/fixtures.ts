import { float32, float64, writeNpy, writeNpz, ndarray, type NdArray } from '@oblique/arrays';
import { artifactV1, servingV1 } from '@oblique/contracts';
import { createClient, uploadArtifact } from '@oblique/service';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tinyNetwork } from '../tinyNetwork.js';
import type { FuzzedServices } from './fuzzedServices.js';

/** What the cases refer to: things that are there and whole. */
export interface Fixtures {
  /** Name of a registered network of images of 32 pixels. */
  readonly model: string;
  readonly modelDigest: string;
  readonly sensitivity: artifactV1.ArtifactRef;
  readonly patches: artifactV1.ArtifactRef;
  readonly components: artifactV1.ArtifactRef;
  /** A file with a stack of images. */
  readonly images: string;
}

const PROVENANCE = { step: 'fuzz', version: '1', parameters: null, inputs: [] } as const;
const ORIENTATIONS = [0, 45, 90, 135];

/** Puts the fixtures into the store of the services. */
export async function makeFixtures(services: FuzzedServices): Promise<Fixtures> {
  const endpoint = services.endpoint('serving');
  const serving = createClient(servingV1.ServingServiceService, endpoint);
  try {
    const header = servingV1.AddModelRequest_Header.fromPartial({
      name: 'tiny',
      replace: true,
      source: { $case: 'upload', value: { fileName: 'tiny.onnx' } },
    });
    const { model } = await serving.addModel([
      { part: { $case: 'header', value: header } },
      { part: { $case: 'chunk', value: Buffer.from(tinyNetwork()) } },
    ]);
    const put = async (kind: string, bytes: Uint8Array): Promise<artifactV1.ArtifactRef> =>
      uploadArtifact(endpoint, kind, bytes, PROVENANCE);
    const images = join(services.home, 'images.npy');
    await writeFile(images, writeNpy(stack()));
    return {
      model: 'tiny',
      modelDigest: model?.artifact?.digest ?? '',
      sensitivity: await put('sensitivity.npz', sensitivities()),
      patches: await put('patches.npy', writeNpy(patches())),
      components: await put('pca.npz', principal()),
      images,
    };
  } finally {
    serving.close();
  }
}

function stack(): NdArray {
  const data = Uint8Array.from({ length: 12 * 16 * 16 }, (_, index) => (index * 37) % 256);
  return ndarray('uint8', [12, 16, 16], data);
}

function sensitivities(): Uint8Array {
  const values = ORIENTATIONS.map((_, index) => 1 + index);
  return writeNpz({
    'D/first': float64([4], values),
    'D/second': float64([4], values.toReversed()),
    orientation: float64([4], ORIENTATIONS),
  });
}

function patches(): NdArray {
  return float32(
    [40, 16],
    Array.from({ length: 640 }, (_, index) => ((index * 7919) % 1009) / 1009),
  );
}

function principal(): Uint8Array {
  const identity = Array.from({ length: 256 }, (_, index) => (index % 17 === 0 ? 1 : 0));
  return writeNpz({
    variance: float64(
      [16],
      Array.from({ length: 16 }, (_, index) => 1 / (1 + index)),
    ),
    components: float64([16, 16], identity),
    mean: float64([16], new Float64Array(16)),
    secondMoment: float64([16, 16], identity),
  });
}
