import { ServiceError } from '@oblique/service';
import { EmptyWindowError, MismatchedLayersError, UnknownAxisError } from '@oblique/statistics';

/** Runs `work`; what it finds wrong with a request becomes a ServiceError on a field under `path`. */
export async function refusing<Value>(path: string, work: () => Promise<Value> | Value): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof UnknownAxisError) {
      throw new ServiceError('INVALID_ARGUMENT', cause.message, { field: `${path}axis`, cause });
    }
    if (cause instanceof MismatchedLayersError) {
      throw new ServiceError('INVALID_ARGUMENT', cause.message, { field: `${path}measurements`, cause });
    }
    if (cause instanceof EmptyWindowError) {
      throw new ServiceError('GRID_EMPTY', cause.message, { field: `${path}half_width_deg`, cause });
    }
    throw cause;
  }
}
