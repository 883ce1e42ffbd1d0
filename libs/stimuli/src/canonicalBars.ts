import { canonicalAngle } from './canonicalAngle.js';
import type { Point } from './stimulusFamily.js';

/**
 * The representative of all orientations and phases that give the same bars about the point where the phase is told:
 * half a turn maps the distance u across the bars to −u, and cos(−2πfu + phase) = cos(2πfu − phase).
 */
export function canonicalBars(point: Point): Point {
  const orientation = canonicalAngle(point['orientation'] ?? 0);
  const phase = canonicalAngle(point['phase'] ?? 0);
  if (orientation < 180) return { ...point, orientation, phase };
  return { ...point, orientation: canonicalAngle(orientation - 180), phase: canonicalAngle(-phase) };
}
