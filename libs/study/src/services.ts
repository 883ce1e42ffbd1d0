import { servingV1, statisticsV1, stimulusV1, trainingV1 } from '@oblique/contracts';
import { createClient, type ServiceClient } from '@oblique/service';

/** The services that analyses are declared over. */
export interface Services {
  readonly serving: ServiceClient<typeof servingV1.ServingServiceService>;
  readonly stimulus: ServiceClient<typeof stimulusV1.StimulusServiceService>;
  readonly statistics: ServiceClient<typeof statisticsV1.StatisticsServiceService>;
  readonly training: ServiceClient<typeof trainingV1.TrainingServiceService>;
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
  return {
    serving,
    stimulus,
    statistics,
    training,
    close: () => {
      serving.close();
      stimulus.close();
      statistics.close();
      training.close();
    },
  };
}
