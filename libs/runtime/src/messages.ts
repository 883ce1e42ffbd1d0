import type { DType, NdArray } from '@oblique/arrays';
import type { Failure } from './failure.js';

/** Where programs run. */
export type Device = 'cpu' | 'cuda';

/** What executes them: TensorFlow runs programs of fixed shapes in float32, such as training steps. */
export type ExecutorName = 'onnxruntime' | 'tensorflow';

/** A tensor at a program's border, as the executor sees it. A size that is a text is free; `''` is free and unnamed. */
export interface TensorSignature {
  readonly name: string;
  readonly dtype: DType;
  /** `[]` stands for a scalar as well as for an unknown number of axes: the executor does not tell them apart. */
  readonly shape: readonly (number | string)[];
}

/** Inputs and outputs of a program. */
export interface Signature {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
}

/** How workers run programs. */
export interface WorkerConfiguration {
  readonly device: Device;
  readonly executor: ExecutorName;
  readonly threads: number;
}

/** What a worker gets when it starts. `busy[0]` is 1 from when it is given a task until it is done with it. */
export interface WorkerData {
  readonly configuration: WorkerConfiguration;
  readonly busy: Int32Array;
}

export type Feeds = Readonly<Record<string, NdArray>>;

/** What a worker is asked to do; one task at a time. */
export type Task =
  | { readonly kind: 'describe' }
  | { readonly kind: 'run'; readonly feeds: Feeds; readonly outputs: readonly string[] | undefined };

/** To a worker. `program` comes with the first task for a digest, and again after a release. */
export type Order =
  | {
      readonly kind: 'task';
      readonly digest: string;
      readonly program: SharedArrayBuffer | undefined;
      readonly task: Task;
    }
  | { readonly kind: 'release'; readonly digest: string }
  | { readonly kind: 'close' };

/** From a worker. `loaded`: whether it holds a session of the program now. `milliseconds`: of the run alone. */
export type Reply =
  | { readonly kind: 'ready'; readonly executor: string }
  | { readonly kind: 'unusable'; readonly failure: Failure }
  | { readonly kind: 'described'; readonly signature: Signature }
  | { readonly kind: 'ran'; readonly outputs: Record<string, NdArray>; readonly milliseconds: number }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly loaded: boolean };
