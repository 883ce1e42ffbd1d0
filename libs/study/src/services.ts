import { revisionV1, servingV1, statisticsV1, stimulusV1, trainingV1 } from '@oblique/contracts';
import { createClient, type ServiceClient } from '@oblique/service';

/** The services that analyses are declared over. */
export interface Services {
  readonly serving: ServiceClient<typeof servingV1.ServingServiceService>;
  readonly stimulus: ServiceClient<typeof stimulusV1.StimulusServiceService>;
  readonly statistics: ServiceClient<typeof statisticsV1.StatisticsServiceService>;
  readonly training: ServiceClient<typeof trainingV1.TrainingServiceService>;
  /** What a service computes with now: part of the key of every step that it computes. */
  revisionOf(service: keyof ServiceEndpoints, signal: AbortSignal): Promise<string>;
  close(): void;
}

/** Where the services are, each as `host:port`. */
export interface ServiceEndpoints {
  readonly serving: string;
  readonly stimulus: string;
  readonly statistics: string;
  readonly training: string;
}

/** Clients of all services; they connect when first used. */
export function connectServices(endpoints: ServiceEndpoints): Services {
  const serving = createClient(servingV1.ServingServiceService, endpoints.serving);
  const stimulus = createClient(stimulusV1.StimulusServiceService, endpoints.stimulus);
  const statistics = createClient(statisticsV1.StatisticsServiceService, endpoints.statistics);
  const training = createClient(trainingV1.TrainingServiceService, endpoints.training);
  const revisions = {
    serving: createClient(revisionV1.RevisionServiceService, endpoints.serving),
    stimulus: createClient(revisionV1.RevisionServiceService, endpoints.stimulus),
    statistics: createClient(revisionV1.RevisionServiceService, endpoints.statistics),
    training: createClient(revisionV1.RevisionServiceService, endpoints.training),
  };
  return {
    serving,
    stimulus,
    statistics,
    training,
    revisionOf: async (service, signal) =>
      (await revisions[service].describeRevision({}, { signal })).revision,
    close: () => {
      for (const client of Object.values(revisions)) client.close();
      serving.close();
      stimulus.close();
      statistics.close();
      training.close();
    },
  };
}
