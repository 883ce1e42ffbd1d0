import type { ArtifactStore } from '@oblique/artifacts';
import { z } from 'zod';

const COLLECTION = 'deaths';

const deathsSchema = z.object({ count: z.number(), progress: z.number() });

/** How often work is gone on with by itself whose process died each time before it got any further. */
export const MOST_DEATHS_IN_PLACE = 3;

/**
 * Notes that the process died that worked on `id`, and gives how often that has happened since the work last got further:
 * what kills its service each time must not be begun again and again.
 * @param progress how far the work had come, in any unit that grows
 */
export async function countDeath(store: ArtifactStore, id: string, progress: number): Promise<number> {
  const before = deathsSchema.safeParse(await store.getRecord(COLLECTION, id));
  const count = before.success && before.data.progress >= progress ? before.data.count + 1 : 1;
  await store.putRecord(COLLECTION, id, { count, progress });
  return count;
}
