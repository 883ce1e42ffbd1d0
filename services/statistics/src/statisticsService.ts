import { statisticsV1 } from '@oblique/contracts';
import { defineService, HandlerThreads, implement } from '@oblique/service';

/** Turns measured sensitivities into curves, ratios and intervals. */
export const statisticsService = defineService({
  name: 'statistics',
  description:
    'Turns measured sensitivities into normalised curves, cardinal/oblique ratios, trends and intervals.',
  defaultPort: 7003,
  version: '1',
  register: async ({ store, onClose }) => {
    // Everything here computes: in threads, so that the service goes on answering.
    const threads = new HandlerThreads(new URL('./statisticsThread.js', import.meta.url), store.location);
    onClose(() => threads.close());
    return [
      implement(statisticsV1.StatisticsServiceService, {
        normaliseCurves: threads.unary('normaliseCurves'),
        cardinalObliqueRatio: threads.unary('cardinalObliqueRatio'),
        depthTrend: threads.unary('depthTrend'),
        bootstrap: threads.unary('bootstrap'),
        describeImages: threads.serverStreaming('describeImages'),
        extractPatches: threads.serverStreaming('extractPatches'),
        principalComponents: threads.serverStreaming('principalComponents'),
      }),
    ];
  },
});
