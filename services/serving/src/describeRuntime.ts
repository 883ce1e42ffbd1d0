import type { servingV1 } from '@oblique/contracts';
import type { Runtime } from '@oblique/runtime';
import { unary } from '@oblique/service';

/** DescribeRuntime: where models run. */
export function describeRuntime({ info: { device, executor, workers } }: Runtime) {
  return unary((): Promise<servingV1.DescribeRuntimeResponse> =>
    Promise.resolve({ device, executor, workers }),
  );
}
