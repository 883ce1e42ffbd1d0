import { alone, type Runnable } from '@oblique/study';
import { PARTS } from './reproduce/parts.js';
import { reproduce } from './reproduce/reproduce.js';

/** Everything that can be run: every analysis by itself, and all of them in one report. */
export const RUNNABLES: readonly Runnable[] = [...PARTS.map(({ analysis }) => alone(analysis)), reproduce];
