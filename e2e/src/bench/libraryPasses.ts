import { ndarray } from '@oblique/arrays';
import { tangentName } from '@oblique/autodiff';
import {
  compose,
  foldBatchNormalization,
  ProgramBuilder,
  int,
  withOutputs,
  writeProgram,
} from '@oblique/onnx';
import type { Runtime } from '@oblique/runtime';
import { sensitivityProgram, sumOfSquares } from '@oblique/sensitivity';
import { compileStimulus, findFamily, stimulusFeeds } from '@oblique/stimuli';
import { timed, type Contender } from './interleaved.js';
import { batch, BATCH_SIZE, stimulus, type Workload } from './workload.js';

const gabor = findFamily('gabor');
/** The authors' step. */
const STEP_RAD = 1e-2;

/** One pass of ours: D of all layers of a batch. */
export function allLayersByJvp(runtime: Runtime, { network, layers }: Workload): Contender {
  const program = runtime.load(
    writeProgram(sensitivityProgram({ network, stimulus, variable: 'orientation', layers })),
  );
  const feeds = {
    ...stimulusFeeds(gabor, batch()),
    [tangentName('orientation_rad')]: ndarray('float64', [BATCH_SIZE], new Float64Array(BATCH_SIZE).fill(1)),
  };
  return { name: 'JVP, all layers', go: () => timed(() => runtime.run(program, feeds)) };
}

/** The network alone, to its last layer, on the same images, which are made before. */
export async function plainForward(runtime: Runtime, { network }: Workload): Promise<Contender> {
  const { image } = await runtime.run(
    runtime.load(writeProgram(compileStimulus(stimulus))),
    stimulusFeeds(gabor, batch()),
  );
  if (image === undefined) throw new Error('The stimulus program gave no image.');
  const program = runtime.load(writeProgram(foldBatchNormalization(network)));
  const input = network.inputs[0]?.name ?? '';
  return { name: 'plain forward', go: () => timed(() => runtime.run(program, { [input]: image })) };
}

/**
 * The authors' way on the same runtime: central differences, two forwards a stimulus, one layer a pass. Each pass ends
 * at its layer, and the differences are squared and summed in the program, so nothing large is copied.
 */
export function authorsWay(runtime: Runtime, { network, layers }: Workload): Contender {
  const front = compileStimulus(stimulus);
  const programs = layers.map(({ tensor }) => {
    const folded = foldBatchNormalization(withOutputs(network, [tensor]));
    const whole = compose(front, folded, { [network.inputs[0]?.name ?? '']: 'image' });
    const b = ProgramBuilder.extending(withOutputs(whole, [tensor]));
    const [plus, minus = ''] = b.node(
      'Split',
      [tensor],
      { num_outputs: int(2), axis: int(0) },
      { outputs: 2 },
    );
    b.op('Sub', [plus, minus], {}, { output: 'difference' });
    const batch = { kind: 'axis', axis: 0, before: 1, behind: 1 } as const;
    const summed = new Map([['difference', { output: 'D', batch, rank: undefined }]]);
    return runtime.load(writeProgram(sumOfSquares(b.build(), summed)));
  });
  const radians = Math.PI / 180;
  const shifted = (by: number) =>
    batch().map((point) => ({ ...point, orientation: (point['orientation'] ?? 0) + by / radians }));
  const feeds = stimulusFeeds(gabor, [...shifted(STEP_RAD), ...shifted(-STEP_RAD)]);
  return {
    name: "the authors' way",
    go: () =>
      timed(async () => {
        for (const program of programs) await runtime.run(program, feeds);
      }),
  };
}
