import type { Claim } from '@oblique/report';
import type { NeededSteps } from '@oblique/workflow';
import { readBootstrapValue, readRatioValue, readTrendValue } from '@oblique/study';
import { controlClaim, gaborGridClaim, poolingClaims, trainedClaims, type ClaimData } from './claims.js';
import type { Condition } from './condition.js';
import { gaborGrid } from './gabor.js';
import type { OrientationParameters } from './orientationParameters.js';
import { poolingPair } from './pooling.js';
import { gaborName, gridMeasure, gridRatio, POOLING, trendOf } from './stepIds.js';

/** The claims that these networks can test, and sentences about those that they cannot. */
export function orientationClaims(
  parameters: OrientationParameters,
  conditions: readonly Condition[],
  needed: NeededSteps,
): { claims: Claim[]; notTested: string[] } {
  const { flatTolerance, controlTolerance } = parameters;
  const given = conditions.filter(({ state }) => state === 'given');
  // Overlapping pooling is claimed to make AlexNet anisotropic at initialisation (C-SI1c), not flat.
  const controls = conditions.filter(({ state, source }) => state !== 'given' && !isAlexnet(source));
  const pooling = poolingPair(conditions);
  const claims = [
    ...given.flatMap((condition) =>
      trainedClaims(claimData(parameters, condition, needed), condition.slug, flatTolerance),
    ),
    ...controls.flatMap((condition) =>
      controlClaim(claimData(parameters, condition, needed), condition.slug, controlTolerance),
    ),
    ...(pooling === undefined
      ? []
      : poolingClaims({
          overlapping: needed.value(POOLING.overlapping, readBootstrapValue),
          difference: needed.value(POOLING.difference, readBootstrapValue),
          halfMinusRest: needed.value(POOLING.halfMinusRest, readBootstrapValue),
          seeds: pooling.overlapping.members.length,
          figures: ['si1c'],
          provenance: [
            ...digestsOf(pooling.overlapping, needed),
            ...digestsOf(pooling.nonoverlapping, needed),
          ],
        })),
    ...(parameters.gaborGrid ? given.flatMap((condition) => gridClaim(parameters, condition, needed)) : []),
  ];
  const notTested = [
    ...(given.length > 0 ? [] : ['C2.1, C2.2 and C-SI3 are about trained networks, and none was given.']),
    ...(given.length > 0 && !parameters.gaborGrid ? ['C-SI3, since gaborGrid was off.'] : []),
    ...(controls.length > 0 ? [] : ['C-SI1a, since no control was measured.']),
    ...(pooling === undefined
      ? ['C-SI1c, since alexnet and alexnet_nonoverlapping were not both measured.']
      : []),
  ];
  return { claims, notTested };
}

/** Digests of the measurements of a condition. */
export function digestsOf({ members }: Condition, needed: NeededSteps): string[] {
  return members.map(({ measureStep }) => needed.result(measureStep, 'sensitivity.npz').digest);
}

function claimData(
  { halfWidth }: OrientationParameters,
  condition: Condition,
  needed: NeededSteps,
): ClaimData {
  return {
    label: condition.label,
    trend: needed.value(trendOf(condition), readTrendValue),
    halfWidthDeg: halfWidth,
    figures: [condition.state === 'given' ? 'fig2c' : 'si1a', 'ratio-by-depth'],
    provenance: digestsOf(condition, needed),
  };
}

function gridClaim(parameters: OrientationParameters, condition: Condition, needed: NeededSteps): Claim[] {
  const gabors = gaborGrid(parameters);
  const slug = condition.slug;
  const data = {
    label: condition.label,
    halfWidthDeg: parameters.halfWidth,
    figures: [`si3-${slug}`],
    provenance: gabors.map((gabor) => needed.result(gridMeasure(condition, gabor), 'sensitivity.npz').digest),
  };
  const ratios = gabors.map((gabor) => ({
    name: gaborName(gabor),
    layers: needed.value(gridRatio(condition, gabor), readRatioValue).layers,
  }));
  return gaborGridClaim(data, slug, ratios);
}

function isAlexnet(source: Condition['source']): boolean {
  return source.kind === 'architecture' && source.architecture.startsWith('alexnet');
}
