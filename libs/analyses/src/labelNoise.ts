import {
  checkLabelNoise,
  DEFAULT_AMOUNT,
  labelRate,
  LabelNoiseError,
  priorDensity,
} from '@oblique/datasets/gratings';
import {
  above,
  claim,
  colourMap,
  confidence,
  count,
  equalsOne,
  everywhere,
  intervals,
  lines,
  param,
  pictures,
  Quantity,
  seeds,
  several,
  sheet,
  study,
  trainings,
  type Along,
  type DeclaredClaim,
} from '@oblique/study';
import { z } from 'zod';
import { CONDITION_NAMES, conditionOf, type Condition, type ConditionName } from './gratings/condition.js';
import { FIRST_LAYER, gratingStimulus, OBSERVATION, trainingSpec } from './gratings/gratingTraining.js';
import { costOf, preferenceOf } from './gratings/gratingTrainings.js';

const SHOWN_DEG = [0, 30, 60, 90, 120, 150];

/** Fig. 6: does sensitivity follow how often an orientation occurs, or how much its labels tell? */
export const labelNoise = study({
  name: 'label-noise',
  title: 'Frequency against information',
  description:
    'Sensitivity of a network that learns to tell orientations, some frequent, some with reliable labels (Fig. 6), with ' +
    'the control of erasure-balanced labels.',
  parameters: {
    protocol: param(
      z.enum(['text', 'code']),
      'text: label noise by H(σ) = 1 − a/p, angles tile the half turn. code: H(σ) = 1.3 (1 − a/p), which does not balance ' +
        'information, and angles with both ends.',
      'text',
    ),
    seeds: seeds(
      'Seeds of weights and gratings; each is one training more of every condition.',
      [0, 1, 2, 3, 4],
    ),
    conditions: param(
      several(z.enum(CONDITION_NAMES)),
      'uniform (p uniform, all labels), b (p uniform, σ), c (vertical bars frequent, all labels), d-text and d-code (both, by ' +
        "the formula of the text or the code), erasure (σ = smallest p/p: equally many labels everywhere; the paper's missing control), uniform-half (its twin: the same expected steps).",
      {
        quick: ({ protocol }) => ['uniform', 'b', 'c', `d-${String(protocol)}`, 'erasure', 'uniform-half'],
        full: [...CONDITION_NAMES],
        paper: [...CONDITION_NAMES],
      },
    ),
    bins: param(
      several(count(2, 1000)),
      'Numbers of classes over 180°: 60 in Methods and code, 3 in the caption of Fig. 6a.',
      { quick: [60], full: [60], paper: [60, 3] },
    ),
    amount: param(
      z.number().positive(),
      'a of the label noise per radian; at most 1/(2π) = 0.159, where the rarest orientation keeps all labels.',
      DEFAULT_AMOUNT,
    ),
    width: param(z.number().positive().max(4), 'Factor on the 1024 and 256 hidden units.', {
      quick: 0.25,
      full: 1,
      paper: 1,
    }),
    batchSize: param(count(1, 65_536), 'Gratings a step.', { quick: 256, full: 2048, paper: 2048 }),
    steps: param(count(2), 'Steps of gradient descent.', { quick: 240, full: 300, paper: 500 }),
    learningRate: param(z.number().positive(), 'Learning rate, constant.', {
      quick: 1,
      full: 0.5,
      paper: 0.5,
    }),
    initialScale: param(
      z.number().positive(),
      "Factor on PyTorch's default initial weights and biases.",
      0.1,
    ),
    orientations: param(count(12, 720), 'Orientations at which D is measured.', {
      quick: 24,
      full: 60,
      paper: 60,
    }),
    phases: param(count(1, 360), 'Phases that D is averaged over.', { quick: 6, full: 11, paper: 11 }),
    observeEvery: param(count(1), 'D is measured every so many steps, and at steps 1, 2 and 5.', {
      quick: 16,
      full: 10,
      paper: 10,
    }),
    fromStep: param(
      count(0),
      'Claims are about steps from here on; before, there is little but the initial weights.',
      { quick: 48, full: 50, paper: 50 },
    ),
    halfWidth: param(
      z.number().positive().max(45),
      'Half width in degrees of the windows about 0° and 90°.',
      15,
    ),
    onsetFactor: param(
      z.number().min(1.5),
      'An orientation is learned when D there is so many times the mean D at step 0.',
      100,
    ),
    tolerance: param(
      z.number().gt(1),
      'Controls: the ratio D(90°)/D(0°) may lie between 1/tolerance and tolerance and still count as none.',
      1.5,
    ),
    confidence,
  },
  profiles: {
    quick:
      'a quarter of the hidden units, batches of 256, 240 steps at twice the learning rate, five seeds, one formula of noise, at most three minutes on two cores',
    full: "the paper's network and batches, 300 steps, both formulas, hours on two cores",
    paper: '500 steps, and 3 bins beside 60',
  },
  smallest: {
    seeds: [0, 1],
    conditions: [...CONDITION_NAMES],
    bins: [12, 3],
    width: 0.02,
    batchSize: 8,
    steps: 8,
    orientations: 12,
    phases: 1,
    observeEvery: 4,
    fromStep: 2,
    onsetFactor: 1.5,
  },
  check: (p, wrong) => {
    if (p.fromStep >= p.steps)
      wrong('fromStep', `there are only ${p.steps} steps: choose fromStep below that`);
    if (p.halfWidth < 180 / p.orientations) {
      wrong(
        'halfWidth',
        `windows of ±${p.halfWidth}° are narrower than the spacing of ${p.orientations} orientations`,
      );
    }
    try {
      for (const { labelNoise: noise, prior } of conditionsOf(p)) checkLabelNoise(noise, prior);
    } catch (error) {
      if (!(error instanceof LabelNoiseError)) throw error;
      wrong('amount', error.message);
    }
  },

  asks: (p) =>
    `A network learns to tell the orientation of gratings for ${p.steps} steps, with ${p.seeds.length} seeds under ` +
    `${p.conditions.length} conditions that differ in how often orientations occur (p) and keep their labels (σ). Does the ` +
    'sensitivity of its first layer follow frequency, even where information is balanced? The control with ' +
    'erasure-balanced noise asks whether it is p σ, the frequency of labels, that it follows.',

  data: (p) => ({
    pictures: pictures(
      'render the gratings',
      gratingStimulus(),
      {
        phase: { values: [0, 90], labels: ['Phase 0°', 'Phase 90°'] },
        orientation: { values: SHOWN_DEG, labels: SHOWN_DEG.map((angle) => `${angle}°`) },
      },
      'orientation',
    ),
    trained: trainings({
      over: {
        bins: { values: p.bins, labels: p.bins.map((bins) => `${bins} classes`) },
        condition: { values: p.conditions, labels: conditionsOf(p).map(({ label }) => label) },
      },
      seeds: p.seeds,
      id: ({ at, seed }) => `train ${at.condition}, ${at.bins} bins, seed ${seed}`,
      description: ({ at, seed }) =>
        `training ${conditionIn(p, at.condition).label}, ${at.bins} classes, seed ${seed}`,
      spec: ({ at, seed }) => trainingSpec({ ...p, bins: at.bins }, conditionIn(p, at.condition), seed),
      cost: () => costOf(p),
      network: ({ condition, bins }) => ({
        name: `${conditionIn(p, condition).label}, ${bins} classes`,
        description:
          `4096-${Math.round(1024 * p.width)}-${Math.round(256 * p.width)}-${bins} ReLU network trained on synthetic gratings for ` +
          `${p.steps} steps; seeds ${p.seeds.join(', ')}. The digest is of the first.`,
        layers: 3,
      }),
    }),
  }),

  quantities: ({ trained, pictures: shown }, p) => {
    const everyLayer = trained.sensitivity(OBSERVATION, ['orientation']);
    const d = everyLayer
      .at({ layer: FIRST_LAYER })
      .called({ title: 'D of the first layer (per radian squared)' });
    const preference = preferenceOf(everyLayer, p.halfWidth);
    const total = d.reduce('orientation', ({ values }) => sum(values));
    const level = d
      .at({ step: 0 })
      .reduce('orientation', ({ values }) => Math.log((p.onsetFactor * sum(values)) / values.length));
    const onset = d.map(Math.log).reduce('step', (along) => onsetStep(along, level.valueAt(along.place)), {
      name: 'onsetStep',
      title: 'step of onset',
    });
    return {
      shown,
      d,
      preference,
      averaged: preference.meanFrom('step', p.fromStep),
      growth: total.at({ step: p.steps }).with(total.at({ step: 0 }), (last, first) => last / first),
      onset,
      meanOnset: onset
        .reduce('seed', ({ values }) => sum(values) / values.length)
        .map((step) => (Number.isFinite(step) ? step : NaN)),
      frequency: frequencies(conditionsOf(p).filter(({ rateFactor }) => rateFactor === 1)),
    };
  },

  claims: ({ preference, averaged, growth, onset }, p) =>
    p.bins.map((bins) => {
      const suffix = p.bins.length > 1 ? `-${bins}bins` : '';
      const figures = [bins === p.bins[0] ? 'fig6' : `fig6${suffix}`, 'fig6-ratio'];
      const where = `(${bins} classes, ${p.seeds.length} seeds)`;
      const windows = `windows of ±${p.halfWidth}°`;
      const over = `geometric mean over steps from ${p.fromStep} on, ${windows} ${where}`;
      const of = (condition: ConditionName, words = `D(90°)/D(0°), ${over}`): Quantity =>
        averaged.at({ bins, condition }).called({ words });
      const quotient = (one: ConditionName, other: ConditionName, words: string): Quantity =>
        of(one)
          .minus(of(other))
          .called({ words: `${words}, ${over}` });
      const has = (...names: ConditionName[]): boolean => names.every((name) => p.conditions.includes(name));
      const learned = (...conditions: ConditionName[]) => ({
        figures,
        learned: {
          least: Math.min(...conditions.flatMap((condition) => known(growth.at({ bins, condition })))),
          needed: p.onsetFactor,
          words: 'By the last step D over its initial mean',
        },
      });
      const frequent = (condition: ConditionName, id: string, sentence: string): DeclaredClaim =>
        claim(
          `${id}${suffix}`,
          sentence,
          preference
            .at({ bins, condition })
            .only('step', (step) => step >= p.fromStep)
            .called({
              words: `D(90°)/D(0°), ${windows}, at the step whose interval reaches lowest ${where}`,
            }),
          everywhere(above(1), `at every measured step from ${p.fromStep} on`),
          { figures },
        );
      const although =
        'Frequent orientations (90°) are learned first although label noise is meant to balance information.';
      return [
        has('uniform') &&
          claim(
            `control-uniform${suffix}`,
            'Where all orientations are equally frequent and keep their labels, none is preferred.',
            of('uniform'),
            equalsOne(p.tolerance),
            learned('uniform'),
          ),
        has('b') &&
          claim(
            `C6b${suffix}`,
            'Where all orientations are equally frequent, those with less label noise (0°) are learned first.',
            of('b', `D(0°)/D(90°), ${over}`).map((value) => -value),
            above(1),
            { figures },
          ),
        has('b', 'uniform') &&
          claim(
            `C6b-against-uniform${suffix}`,
            'Label noise at 90° lowers the sensitivity there, against uniform gratings without noise.',
            quotient(
              'uniform',
              'b',
              'D(90°)/D(0°) of uniform gratings divided by that with label noise, seed by seed',
            ),
            above(1),
            { figures },
          ),
        has('c') && [
          frequent('c', 'C6c', 'Frequent orientations (90°) are learned first.'),
          claim(
            `C6c-order${suffix}`,
            'Orientations are learned in the order of their frequency.',
            onset
              .at({ bins, condition: 'c' })
              .reduce('orientation', ({ at, values }) =>
                orderAgreement(
                  at.map((angle) => effectiveFrequency(conditionIn(p, 'c'), angle)),
                  values,
                ),
              )
              .called({
                words:
                  'Among pairs of orientations, the share where the more frequent one is learned first minus the share where it is ' +
                  `learned last; learned is D at ${p.onsetFactor} times its initial mean ${where}`,
              }),
            above(0, '; 1 is perfect order'),
            { figures: ['fig6-onset', ...figures] },
          ),
        ],
        has('d-text') && frequent('d-text', 'C6d-text', although),
        has('d-code') && frequent('d-code', 'C6d-code', although),
        has('erasure') &&
          claim(
            `control-erasure-alone${suffix}`,
            'Where each orientation has equally many labels, none is preferred (by itself, not against uniform gratings).',
            of('erasure'),
            equalsOne(p.tolerance),
            learned('erasure'),
          ),
        has('erasure', 'uniform-half') &&
          claim(
            `control-erasure${suffix}`,
            'Where each orientation has equally many labels, though not examples, sensitivity is as for uniform gratings: the ' +
              'preference vanishes.',
            quotient(
              'erasure',
              'uniform-half',
              'D(90°)/D(0°) with erasure-balanced labels divided by that of uniform gratings at half the learning rate, seed by seed',
            ),
            equalsOne(p.tolerance),
            learned('erasure', 'uniform-half'),
          ),
        has('erasure', 'c') &&
          claim(
            `control-erasure-removes${suffix}`,
            'Giving each orientation equally many labels lowers the preference for frequent ones.',
            quotient(
              'c',
              'erasure',
              'D(90°)/D(0°) with all labels divided by that with erasure-balanced ones, seed by seed',
            ),
            above(1),
            { figures },
          ),
      ];
    }),

  figures: ({ shown, d, preference, averaged, meanOnset, frequency }, p) => {
    const [mainBins] = p.bins;
    const orientation = { axis: 'orientation', name: 'orientationDeg', title: 'orientation (degrees)' };
    const onlyBins = p.bins.length === 1 && mainBins !== undefined;
    const byBins = (quantity: Quantity): Quantity => (onlyBins ? quantity.at({ bins: mainBins }) : quantity);
    const panel = onlyBins ? {} : { panel: 'bins' };
    return [
      sheet('fig6a', shown, {
        title: 'The gratings whose orientation is learned (Fig. 6a)',
        caption:
          'Cosine gratings behind a soft disc, black being -1 and white 1: 0° has horizontal bars, 90° vertical ones. The class is the orientation in bins of equal width.',
        tilePixels: 112,
        range: [-1, 1],
      }),
      p.bins.map((bins) =>
        colourMap(bins === mainBins ? 'fig6' : `fig6-${bins}bins`, d.at({ bins }), {
          title: `D of the first layer while it learns (Fig. 6b to d and controls, ${bins} classes)`,
          caption: `Sensitivity to orientation of the ${Math.round(1024 * p.width)} units of the first hidden layer. White dots: where D first is ${p.onsetFactor} times its initial mean.`,
          x: 'step',
          y: { ...orientation, ticks: [0, 45, 90, 135, 180] },
          panel: 'condition',
          scale: 'log',
          marks: meanOnset.at({ bins }),
        }),
      ),
      lines('fig6-frequency', frequency, {
        title: 'How often orientations occur, keep their label, and teach',
        caption:
          'p π: density of orientations relative to uniform ones. σ: how often the label is kept. p σ π: what gradient descent ' +
          'sees, since an example without its label has no gradient. Only erasure makes it flat.',
        x: 'orientationDeg',
        colour: 'curve',
        panel: 'condition',
        legend: '',
      }),
      lines('fig6-ratio', byBins(preference), {
        title: 'Preference for frequent orientations while learning',
        caption:
          `D within ±${p.halfWidth}° of 90° over that of 0°. Vertical bars (90°) are three times as frequent as horizontal ones in c, d and erasure. ` +
          `Claims are about steps from ${p.fromStep} on (dashed).`,
        x: 'step',
        colour: 'condition',
        ...panel,
        references: [
          { along: 'y', at: 1 },
          { along: 'x', at: p.fromStep },
        ],
      }),
      intervals('fig6-preference', byBins(averaged), {
        title: 'Preference for frequent orientations, over all steps',
        caption: `D(90°)/D(0°), geometric mean over steps from ${p.fromStep} on.`,
        rows: onlyBins ? ['condition'] : ['bins', 'condition'],
      }),
      lines('fig6-onset', byBins(meanOnset), {
        title: 'When each orientation is learned',
        caption: `Step at which D first is ${p.onsetFactor} times its initial mean, mean over seeds; not drawn where a seed never gets there in ${p.steps} steps.`,
        x: orientation,
        colour: 'condition',
        ...panel,
      }),
    ];
  },

  methods: (p) => {
    const notTrained = CONDITION_NAMES.filter((name) => !p.conditions.includes(name));
    return [
      'Gratings of 64 × 64 pixels with 5 cycles in 63 pixels (a period of 12.6; the text says 12.8) behind a soft disc of ' +
        "radius 30, drawn inside the training program from angles and phases. The authors' code rotates by bilinear " +
        'resampling, which attenuates oblique gratings slightly; here they are drawn exactly. The disc is in the code only. ' +
        'Phases are uniform over ' +
        (p.protocol === 'code'
          ? 'half a circle; the text says "random".'
          : "the whole circle; the authors' code has half."),
      'Half a circle of phases may single out horizontal bars: those a little above 0° and a little below 180° look alike but ' +
        'have opposite phases, so that they share no image. Uniform gratings show what is preferred for such reasons ' +
        '(control-uniform).',
      `Plain gradient descent, learning rate ${p.learningRate}, ${p.batchSize} fresh gratings a step, ${p.steps} steps; initial ` +
        `weights and biases are PyTorch's times ${p.initialScale}. None of these numbers is in the text; the code has 0.5, 2048, ` +
        `300 (500 on an axis) and 0.1, and 1024 and 256 hidden units${p.width === 1 ? '.' : `, of which ${p.width} are used here.`}`,
      'Where a label is dropped, the example has no loss but counts in the mean: the expected gradient is that of ' +
        'orientations drawn with density p σ. The code sends such labels to an additional class of constant log-probability, ' +
        'which is the same. Equal seeds have equal initial weights and draw from equal random numbers under every condition.',
      `Label noise, a = ${p.amount} per radian. Text: H(σ) = 1 − a/p, so that p (1 − H) is equal everywhere; H is the binary ` +
        "entropy. Code: H(σ) = 1.3 (1 − a/p), which balances nothing: the common orientation's information is about 2.8 " +
        'times smaller at a = 0.15. The inverse of H is exact, not a table. In b, whose σ is not stated, it is that of ' +
        `d by the ${p.protocol}'s formula. Allowed: 0 ≤ a ≤ min p.`,
      'Erasure: σ = min p/p. An example either has its label or not, so that information is proportional to σ, and p σ is ' +
        'equal everywhere: the expected gradient is that of uniform gratings at half the learning rate, which is trained as its twin. ' +
        'Erasure is judged by itself (control-erasure-alone) and against its twin (control-erasure), which has the same ' +
        'initial weights and shares what delays 0° for other reasons. The paper has no such control.',
      `D is that of the ReLU units of the first hidden layer by exact derivatives, at ${p.orientations} orientations and ` +
        `${p.phases} phases (${p.protocol === 'code' ? 'both ends of the half turn included' : 'tiling the whole turn'}), averaged over ` +
        'phases. The authors take central differences of 1e-3 rad.',
      `The onset of an orientation is read from D (${p.onsetFactor} times its initial mean), not from the accuracy of its class.`,
      'Methods and code of the paper have 60 classes, the caption of Fig. 6a has 3; an orientation of 180° would belong to the last class, not to one more.',
      notTrained.length > 0 && `Not trained: ${notTrained.join(', ')}.`,
      !p.bins.includes(3) && 'Not trained: the reading with 3 classes.',
    ];
  },
});

interface Chosen {
  readonly conditions: readonly ConditionName[];
  readonly amount: number;
  readonly protocol: 'text' | 'code';
}

function conditionsOf(p: Chosen): Condition[] {
  return p.conditions.map((name) => conditionIn(p, name));
}

function conditionIn({ amount, protocol }: Chosen, name: ConditionName): Condition {
  return conditionOf(name, { amount, formula: protocol });
}

/** What gradient descent sees of each orientation: p σ, per radian. */
export function effectiveFrequency({ prior, labelNoise: noise }: Condition, orientationDeg: number): number {
  const orientationRad = (orientationDeg * Math.PI) / 180;
  return priorDensity(prior, orientationRad) * labelRate(noise, prior, orientationRad);
}

/** What each condition does to the frequencies. */
function frequencies(conditions: readonly Condition[]): Quantity {
  const curves: Readonly<Record<string, (condition: Condition, angleDeg: number) => number>> = {
    'p π': ({ prior }, angle) => Math.PI * priorDensity(prior, (angle * Math.PI) / 180),
    σ: ({ labelNoise: noise, prior }, angle) => labelRate(noise, prior, (angle * Math.PI) / 180),
    'p σ π': (condition, angle) => Math.PI * effectiveFrequency(condition, angle),
  };
  return Quantity.over(
    {
      condition: { values: conditions.map(({ name }) => name), labels: conditions.map(({ label }) => label) },
      curve: Object.keys(curves),
      orientationDeg: {
        values: Array.from({ length: 91 }, (_, index) => 2 * index),
        title: 'orientation (degrees)',
      },
    },
    ({ condition, curve, orientationDeg }) => {
      const of = conditions.find(({ name }) => name === condition);
      const compute = curves[String(curve)];
      if (of === undefined || compute === undefined)
        throw new Error('A place on these axes has a condition and a curve.');
      return compute(of, Number(orientationDeg));
    },
    { name: 'value', title: 'relative density, or probability' },
  );
}

/** Where log D first is at a level, linear between the steps where it is known; Infinity where it never is. */
export function onsetStep({ values, at }: Pick<Along, 'values' | 'at'>, level: number | undefined): number {
  const after = values.findIndex((value) => level !== undefined && value >= level);
  const [reached, to] = [values[after], at[after]];
  if (reached === undefined || to === undefined || level === undefined) return Infinity;
  const [before, from] = [values[after - 1], at[after - 1]];
  return before === undefined || from === undefined
    ? NaN
    : to - ((to - from) * (reached - level)) / (reached - before);
}

/**
 * How well the order of onset follows a frequency: of the pairs of orientations that differ in both, the share where
 * the more frequent one comes first, minus the share where it comes last (Goodman and Kruskal's γ).
 */
export function orderAgreement(frequencies: readonly number[], onsets: readonly number[]): number {
  const orientations = onsets.map((onset, index) => ({ onset, frequency: frequencies[index] ?? NaN }));
  const signs = orientations.flatMap((one, index) =>
    orientations.slice(0, index).flatMap((other) => {
      const difference = one.frequency - other.frequency;
      // The prior is the same at θ and 180° − θ but for rounding.
      if (Math.abs(difference) < 1e-9 || one.onset === other.onset) return [];
      return [difference > 0 === one.onset < other.onset ? 1 : -1];
    }),
  );
  return sum(signs) / signs.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function known({ values }: Quantity): number[] {
  return values.filter((value) => value !== undefined);
}
