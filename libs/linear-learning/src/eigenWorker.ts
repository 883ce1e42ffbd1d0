import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { parentPort } from 'node:worker_threads';
import type { Eigen } from './eigenSolver.js';

// The entry of the worker thread that decomposes symmetric matrices.

if (parentPort === null) throw new Error('eigenWorker.js is the entry of a worker thread; use EigenSolver.');
const port = parentPort;

port.on('message', (matrix: Float64Array) => {
  const size = Math.sqrt(matrix.length);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(size, size, matrix),
    { assumeSymmetric: true },
  );
  const falling = realEigenvalues.map((value, index) => ({ value, index })).sort((a, b) => b.value - a.value);
  const reply: Eigen = {
    values: Float64Array.from(falling, ({ value }) => value),
    vectors: new Float64Array(matrix.length),
  };
  for (const [row, { index }] of falling.entries()) {
    reply.vectors.set(oriented(eigenvectorMatrix.getColumn(index)), row * size);
  }
  port.postMessage(reply, [reply.values.buffer, reply.vectors.buffer]);
});

/** Of the two signs that a vector can have, the one that makes its largest entry positive. */
function oriented(vector: number[]): number[] {
  const largest = vector.reduce((found, value) => (Math.abs(value) > Math.abs(found) ? value : found), 0);
  return largest < 0 ? vector.map((value) => -value) : vector;
}
