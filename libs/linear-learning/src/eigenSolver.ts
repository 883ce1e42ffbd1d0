import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Eigenvalues of a symmetric matrix, falling, and its eigenvectors, one a row, of length 1. */
export interface Eigen {
  readonly values: Float64Array<ArrayBuffer>;
  readonly vectors: Float64Array<ArrayBuffer>;
}

/** Decomposes symmetric matrices in a thread of its own, one after the other. */
export class EigenSolver {
  readonly #worker: Worker;
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    this.#worker = new Worker(new URL('./eigenWorker.js', import.meta.url), {
      name: 'oblique-eigen',
      execArgv: [],
    });
  }

  /** @param matrix [size, size], symmetric */
  async decompose(matrix: Float64Array): Promise<Eigen> {
    const eigen = this.#last.then(async () => {
      this.#worker.postMessage(matrix);
      const [reply] = (await once(this.#worker, 'message')) as [Eigen];
      return reply;
    });
    this.#last = eigen.catch(() => undefined);
    return await eigen;
  }

  /** Ends the thread, whatever it is at. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}
