/** Numbers that were published, with the place where they stand. */
interface Published {
  readonly citation: string;
}

/** Grating acuity of children by age: binocular means. */
export interface AcuityByAge extends Published {
  readonly ageMonths: readonly number[];
  readonly acuityCyclesPerDegree: readonly number[];
}

/** With Teller acuity cards. */
export const CHILD_ACUITY: AcuityByAge = {
  citation:
    'Salomão SR, Ventura DF (1995), Large sample population age norms for visual acuities obtained with Vistech-Teller acuity cards, Invest. Ophthalmol. Vis. Sci. 36:657–670, table 1',
  ageMonths: [0.5, 2, 3, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36],
  acuityCyclesPerDegree: [
    0.66, 2.02, 3.89, 5.48, 7.44, 9.81, 11.59, 11.08, 13.04, 13.08, 12.39, 13.81, 14.76, 14.64, 16.66, 15.28,
    17.24, 17.36, 19.19, 17.82,
  ],
};

/** Orientation discrimination: thresholds for 75 % correct. */
export interface OrientationThresholds extends Published {
  readonly orientationDeg: readonly number[];
  /** Means over observers. */
  readonly thresholdDeg: readonly number[];
  /** The least and the largest of the observers. */
  readonly lowestDeg: readonly number[];
  readonly highestDeg: readonly number[];
}

/** Of five observers without an adaptor; a mean of their thresholds at the cardinal and the oblique orientations. */
export const ORIENTATION_THRESHOLDS: OrientationThresholds = {
  citation:
    'Mao J, Rothkopf CA, Stocker AA (2025), Adaptation optimizes sensory encoding for future stimuli, PLoS Comput. Biol. 21:e1012746 (control condition)',
  orientationDeg: [0, 45, 90, 135],
  thresholdDeg: [1.29, 4.67, 1.64, 6.0],
  lowestDeg: [0.59, 2.35, 0.82, 2.74],
  highestDeg: [3.14, 7.19, 3.14, 11.15],
};

/** Contours in photographs: power at the cardinals over that at the obliques. */
export interface ContourRatios extends Published {
  readonly environments: readonly { readonly name: string; readonly cardinalOverOblique: number }[];
}

/** Read from the figures. */
export const CONTOURS: ContourRatios = {
  citation:
    'Coppola DM, Purves HR, McCoy AN, Purves D (1998), The distribution of oriented contours in the real world, Proc. Natl. Acad. Sci. USA 95:4002–4006 (read from its figures)',
  environments: [
    { name: 'indoor', cardinalOverOblique: 4.8 },
    { name: 'outdoor', cardinalOverOblique: 2.2 },
    { name: 'natural', cardinalOverOblique: 1.2 },
  ],
};
