import type { LinearPlan } from './readLinearTraining.js';
import type { NetworkPlan } from './readNetworkTraining.js';

/** A specification that was read: checked as far as it can be by itself, every default filled in, plain JSON. */
export type TrainingPlan = NetworkPlan | LinearPlan;
