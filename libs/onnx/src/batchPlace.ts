import type { Node } from './program.js';

/** The examples of a batch lie along `axis`, whose size is `before · N · behind`. */
export interface BatchAxis {
  readonly kind: 'axis';
  readonly axis: number;
  readonly before: number;
  readonly behind: number;
}

/**
 * Where the examples of a batch are in a tensor: along an axis, or no longer apart since `node`, or not known, where a
 * shape or what an operator does is not.
 */
export type BatchPlace =
  BatchAxis | { readonly kind: 'mixed'; readonly node: Node } | { readonly kind: 'unknown' };

/** Whether each example is a row of the first axis. */
export function isFirstAxis(place: BatchPlace): boolean {
  return place.kind === 'axis' && place.axis === 0 && place.before === 1 && place.behind === 1;
}
