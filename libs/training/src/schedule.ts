/** How the learning rate goes over a training. */
export interface Schedule {
  readonly kind: 'constant' | 'step' | 'cosine';
  /** The largest learning rate. */
  readonly learningRate: number;
  /** Steps over which it rises linearly from zero; default 0. */
  readonly warmUpSteps?: number;
  /** Of kind `step`: the factor every {@link everySteps}; default 0.1. */
  readonly factor?: number;
  /** Of kind `step`, which needs it: steps from one fall to the next, counted from the first step of all. */
  readonly everySteps?: number;
}

/**
 * The learning rate of the update number `step`, from 0 to `totalSteps` − 1. During warm-up it is
 * `learningRate · (step + 1) / warmUpSteps`; a cosine starts behind the warm-up and would be zero at `totalSteps`
 * (Loshchilov & Hutter 2017, without restarts).
 * @throws RangeError where a number is outside its range.
 */
export function learningRateAt(schedule: Schedule, step: number, totalSteps: number): number {
  const { kind, learningRate, warmUpSteps = 0, factor = 0.1, everySteps } = schedule;
  if (!(learningRate >= 0 && Number.isFinite(learningRate)))
    throw new RangeError(`A learning rate is a finite number from 0, not ${learningRate}.`);
  if (!(Number.isInteger(step) && step >= 0 && step < totalSteps))
    throw new RangeError(`There is no step ${step} in a training of ${totalSteps} steps; they count from 0.`);
  if (step < warmUpSteps) return (learningRate * (step + 1)) / warmUpSteps;
  switch (kind) {
    case 'constant':
      return learningRate;
    case 'step':
      if (everySteps === undefined || !(Number.isInteger(everySteps) && everySteps >= 1))
        throw new RangeError(`A step schedule needs a whole everySteps from 1, not ${everySteps}.`);
      return learningRate * factor ** Math.floor(step / everySteps);
    case 'cosine':
      return (
        (learningRate / 2) * (1 + Math.cos((Math.PI * (step - warmUpSteps)) / (totalSteps - warmUpSteps)))
      );
  }
}
