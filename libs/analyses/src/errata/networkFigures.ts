import { ratioByDepth, stepCurves, type Figure, type RatioSeries } from '@oblique/report';
import { AUTHORS_STEP_RAD } from './measuredNetworks.js';
import { ratiosOverSeeds } from './memberClaim.js';
import { HALF_WIDTH_DEG, type LayerReading, type NetworkReading } from './networkReadings.js';

/** Pictures of E.1 and E.7 to E.9. */
export async function networkFigures(
  readings: readonly NetworkReading[],
  confidence: number,
): Promise<Figure[]> {
  const provenance = readings.flatMap((reading) => reading.provenance);
  const seriesOf = (
    reading: NetworkReading,
    name: string,
    value: (layer: LayerReading) => number,
  ): RatioSeries => series(reading, name, value, confidence);
  const learned = readings.filter(({ network }) => network.origin !== 'untrained');
  const windows = `Windows reach ±${HALF_WIDTH_DEG}° about 0, 45, 90 and 135°. Bars, where a network has several seeds, are Student's intervals.`;
  return [
    await ratioByDepth({
      id: 'errata-step',
      title: "E.1: what the authors' finite differences miss of D",
      caption: `D by central differences of ${AUTHORS_STEP_RAD} rad, as the authors' code takes it, over exact D, both averaged over orientations and phases, by layer. 1 is no bias. Bars, where a network has several seeds, are Student's intervals.`,
      provenance,
      valueTitle: 'D by differences / exact D',
      series: readings.map((reading) =>
        seriesOf(reading, reading.network.label, ({ differenceOverExact }) => differenceOverExact),
      ),
    }),
    await ratioByDepth({
      id: 'errata-step-ratio',
      title: 'E.1: the cardinal/oblique ratio by both derivatives',
      caption: `Cardinal/oblique ratio of √D by the exact derivative and by the authors' steps. ${windows}`,
      provenance,
      series: readings.flatMap((reading) => [
        seriesOf(reading, `${reading.network.label}, exact`, ({ ratio }) => ratio.root),
        seriesOf(reading, `${reading.network.label}, steps`, ({ ratio }) => ratio.difference),
      ]),
    }),
    await stepCurves({
      id: 'errata-phases',
      title: 'E.7: D over orientation with half a circle of phases and with a whole one',
      caption:
        'Last layer of the first seed, exact D over its mean. 0° and 180° are the same orientation: averaged over a whole circle of phases D is the same there, over half a circle with both ends, as in the code, it need not be.',
      provenance,
      axis: { name: 'orientation', title: 'orientation (degrees)' },
      value: { name: 'D', title: 'D / mean D', shared: false },
      colours: 'categorical',
      legendTitle: 'phases',
      panels: readings.map(({ network, members }) => {
        const layer = members[0]?.at(-1);
        const curve = (name: string, values: readonly number[] = []) => ({
          name,
          x: layer?.orientationsDeg ?? [],
          values: overMean(values),
        });
        return {
          name: network.label,
          note: layer?.layer ?? '',
          lines: [
            curve('whole circle', layer?.wholeCircle),
            curve('half circle, both ends', layer?.halfCircle),
          ],
        };
      }),
    }),
    ...(learned.length === 0
      ? []
      : [
          await ratioByDepth({
            id: 'errata-normalisation',
            title: 'E.8, E.9: the preference for cardinals as √D, as plotted, and as D, as defined',
            caption: `Cardinal/oblique ratio of √D and of D by layer, of networks that have learned. The text claims a preference in every layer. ${windows}`,
            provenance: learned.flatMap((reading) => reading.provenance),
            valueTitle: 'cardinal / oblique ratio',
            series: learned.flatMap((reading) => [
              seriesOf(reading, `${reading.network.label}, √D`, ({ ratio }) => ratio.root),
              seriesOf(reading, `${reading.network.label}, D`, ({ ratio }) => ratio.d),
            ]),
          }),
        ]),
  ];
}

/** Geometric mean over members by layer, with Student's interval where they are several. */
function series(
  { members }: NetworkReading,
  name: string,
  value: (layer: LayerReading) => number,
  confidence: number,
): RatioSeries {
  const [first = []] = members;
  return {
    name,
    points: first.map(({ layer }, index) => {
      const values = members.flatMap((layers) => layers.slice(index, index + 1).map(value));
      const { estimate, interval } = ratiosOverSeeds(values, confidence);
      return { layer, depth: index + 1, ratio: estimate, low: interval.low, high: interval.high };
    }),
  };
}

function overMean(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value / mean);
}
