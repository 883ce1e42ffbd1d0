import { z } from 'zod';

export const declaredHumanParameters = z.strictObject({
  profile: z
    .enum(['quick', 'full'])
    .default('quick')
    .describe('Both are the same: nothing is computed on networks.'),
  fromMonths: z
    .number()
    .min(0)
    .max(24)
    .default(6)
    .describe('Age from which a power law is fitted to acuity; before it the eye itself changes most.'),
  confidence: z.number().min(0.5).max(0.999).default(0.95).describe('Confidence of all intervals.'),
});

export type HumanParameters = z.infer<typeof declaredHumanParameters>;
