import { parseDigest } from '@oblique/artifacts';
import { z } from 'zod';

/** Where a training can go on from. */
export const resumePointSchema = z.object({
  /** Steps that are done. */
  step: z.number(),
  /** "training-snapshot.npz": everything that the training needs beside its specification. */
  snapshot: z.object({
    digest: z.string().transform(parseDigest),
    kind: z.string(),
    sizeBytes: z.number(),
  }),
});

export type ResumePoint = z.infer<typeof resumePointSchema>;
