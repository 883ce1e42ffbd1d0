import { toNumbers } from '@oblique/arrays';
import { arrayOf, type Trained } from '@oblique/study';
import { mean } from 'simple-statistics';

/** A metric of learning over the first and over the last tenth of the steps, mean over all trainings. */
export function learningProgress(
  { members }: Trained,
  metric: 'loss' | 'accuracy',
): { readonly first: number; readonly last: number } {
  const tenths = members.map(({ metrics }) => {
    const values = [...toNumbers(arrayOf(metrics, metric))];
    const tenth = Math.ceil(values.length / 10);
    return { first: mean(values.slice(0, tenth)), last: mean(values.slice(-tenth)) };
  });
  return { first: mean(tenths.map(({ first }) => first)), last: mean(tenths.map(({ last }) => last)) };
}
