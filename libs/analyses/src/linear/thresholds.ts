import { elbowFit, type ElbowFit } from '@oblique/statistics';
import type { LinearParameters } from './linearParameters.js';
import type { LinearRecord } from './linearRecord.js';

/** Whose sensitivity Fig. 5f and 5h show: of the output by the text, of the first matrix by the code. */
export function measuredMatrix({ protocol }: LinearParameters): 'Product' | 'First' {
  return protocol === 'code' ? 'First' : 'Product';
}

/** The series of acuity that Fig. 5h shows: the code searches upwards from the last answer. */
export function acuitySeries({ protocol }: LinearParameters): string {
  return protocol === 'code' ? 'searchedAcuityFirstCyclesPerPixel' : 'acuityProductCyclesPerPixel';
}

/** Thresholds over frequency at one record. */
export interface Snapshot {
  readonly step: number;
  /** D^(-1/2) at each frequency. */
  readonly threshold: readonly number[];
  readonly elbow: ElbowFit;
}

const SNAPSHOTS = 20;

/** About twenty snapshots, evenly spread over a training from a twentieth of it on. */
export function snapshotsOf(record: LinearRecord, matrix: 'Product' | 'First'): readonly Snapshot[] {
  const last = record.steps.at(-1) ?? 0;
  const wanted = Array.from({ length: SNAPSHOTS }, (_, index) => ((index + 1) * last) / SNAPSHOTS);
  const records = [...new Set(wanted.map((step) => nearest(record.steps, step)))];
  return records.map((index) => {
    const threshold = record.row(`sensitivity${matrix}`, index).map((d) => 1 / Math.sqrt(d));
    return {
      step: record.steps[index] ?? NaN,
      threshold,
      elbow: elbowFit(record.frequenciesCyclesPerPixel, threshold),
    };
  });
}

function nearest(steps: readonly number[], wanted: number): number {
  return steps.reduce(
    (best, step, index) => (Math.abs(step - wanted) < Math.abs((steps[best] ?? NaN) - wanted) ? index : best),
    0,
  );
}
