import type { ArtifactStore } from '@oblique/artifacts';
import { readNpy, readNpz } from '@oblique/arrays';
import type { Figure } from '@oblique/report';
import type { NeededSteps } from '@oblique/workflow';
import { type LayerRatio, readMeasureValue, readRatioValue, readTrendValue } from '@oblique/study';
import { gridConditions, type Condition } from './condition.js';
import { curvesFigure, gaborGridFigure, ratioFigure, stimuliFigure, type NetworkCurves } from './figures.js';
import { gaborGrid, mainGabor, SHOWN_ORIENTATIONS_DEG, SHOWN_PHASES_DEG } from './gabor.js';
import { digestsOf } from './orientationClaims.js';
import type { OrientationParameters } from './orientationParameters.js';
import { anglesOf } from './protocols.js';
import { gridMeasure, gridRatio, ratioOfD, RENDER, trendOf } from './stepIds.js';

/** Every figure that the measured networks allow, in the order of the report. */
export async function orientationFigures(
  parameters: OrientationParameters,
  conditions: readonly Condition[],
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<Figure[]> {
  const { protocol, orientations, halfWidth } = parameters;
  const angles = anglesOf(protocol, orientations);
  const curve = protocol === 'text' ? 'D divided by its mean' : 'the square root of D divided by its sum';
  const window = `Windows reach ±${halfWidth}° about 0, 45, 90 and 135°; bars are bootstrap intervals.`;
  const given = conditions.filter(({ state }) => state === 'given');
  const controls = conditions.filter(({ state }) => state !== 'given');
  const pooling = controls.filter(
    ({ source }) => source.kind === 'architecture' && source.architecture.startsWith('alexnet'),
  );
  const curves = (
    group: readonly Condition[],
    id: string,
    title: string,
    caption: string,
  ): Promise<Figure>[] =>
    group.length === 0
      ? []
      : [
          Promise.all(group.map((condition) => curvesOf(condition, needed, store))).then((networks) =>
            curvesFigure(
              { id, title, caption, provenance: provenance(group, needed) },
              networks,
              angles,
              protocol,
            ),
          ),
        ];
  const ratios = (
    group: readonly Condition[],
    quantity: 'D' | '√D',
    head: { id: string; title: string; caption: string },
  ): Promise<Figure> =>
    ratioFigure(
      { ...head, provenance: provenance(group, needed) },
      group.map((condition) => ({ name: condition.label, layers: ratiosOf(condition, quantity, needed) })),
      quantity,
    );

  return Promise.all([
    ...curves(
      given,
      'fig2c',
      'Sensitivity to orientation, networks as given (Fig. 2c)',
      `Every layer from the first (dark) to the last (light): ${curve}. Dashed: a flat curve.`,
    ),
    ...curves(
      controls,
      'si1a',
      'Controls: untrained and shuffled networks (SI Fig. 1a)',
      `As Fig. 2c, for the first seed of every control: ${curve}.`,
    ),
    ratios(conditions, '√D', {
      id: 'ratio-by-depth',
      title: 'Preference for cardinal orientations by depth',
      caption: `Cardinal/oblique ratio of √D, geometric mean over seeds. ${window}`,
    }),
    ratios(conditions, 'D', {
      id: 'ratio-by-depth-d',
      title: 'The same ratio of D',
      caption: `Cardinal/oblique ratio of D, the squared quantity. ${window}`,
    }),
    ...(pooling.length < 2
      ? []
      : [
          ratios(pooling, '√D', {
            id: 'si1c',
            title: 'Pooling with and without overlap, untrained (SI Fig. 1c)',
            caption: `Cardinal/oblique ratio of √D at initialisation, geometric mean over seeds. ${window}`,
          }),
        ]),
    ...gridConditions(parameters, conditions).map((condition) =>
      gaborGridFigure(
        condition,
        gaborGrid(parameters).map(
          (gabor) => needed.result(gridMeasure(condition, gabor), 'sensitivity.npz').digest,
        ),
        parameters,
        gaborGrid(parameters).map(
          (gabor) => needed.value(gridRatio(condition, gabor), readRatioValue).layers,
        ),
      ),
    ),
    stimuli(parameters, needed, store),
  ]);
}

async function curvesOf(
  condition: Condition,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<NetworkCurves> {
  const { label, state } = condition;
  const [{ seed, curvesStep, measureStep }] = condition.members;
  return {
    name: label,
    note: state === 'given' ? 'as given' : `${state}, seed ${seed ?? 0}`,
    layers: needed.value(measureStep, readMeasureValue).layers,
    arrays: readNpz(await store.get(needed.result(curvesStep, 'curves.npz').digest)),
  };
}

function ratiosOf(condition: Condition, quantity: 'D' | '√D', needed: NeededSteps): readonly LayerRatio[] {
  return quantity === 'D'
    ? needed.value(ratioOfD(condition), readRatioValue).layers
    : needed.value(trendOf(condition), readTrendValue).layers;
}

function provenance(conditions: readonly Condition[], needed: NeededSteps): string[] {
  return conditions.flatMap((condition) => digestsOf(condition, needed));
}

async function stimuli(
  parameters: OrientationParameters,
  needed: NeededSteps,
  store: ArtifactStore,
): Promise<Figure> {
  const images = needed.result(RENDER, 'images.npy').digest;
  const derivatives = needed.result(RENDER, 'derivatives.npy').digest;
  return stimuliFigure(
    [images, derivatives],
    SHOWN_ORIENTATIONS_DEG,
    SHOWN_PHASES_DEG,
    readNpy(await store.get(images)),
    readNpy(await store.get(derivatives)),
    mainGabor(parameters),
  );
}
