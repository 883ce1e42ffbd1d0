import { z } from 'zod';
import {
  type Analysis,
  describeParameters,
  givenModel,
  type Plan,
  readParameters,
  type Services,
  trainStep,
} from '@oblique/study';
import { learnersOf } from './learner.js';
import { perceptualFindings } from './perceptualFindings.js';
import {
  declaredPerceptualParameters,
  perceptualParameters,
  type PerceptualParameters,
} from './perceptualParameters.js';
import { narrowTrainingSpec, pretrainingSpec } from './trainingSpecs.js';

const NAME = 'perceptual-learning';

/** Beyond the paper: what does a network that is trained on about one orientation become sensitive to, and where? */
export const perceptualLearning: Analysis = {
  name: NAME,
  title: 'Perceptual learning from a pretrained network',
  description:
    'Trains a pretrained network on about one orientation, and measures sensitivity there and at right angles to it, by ' +
    'layer and step: specificity, as in perceptual learning.',
  parameters: describeParameters(declaredPerceptualParameters),
  prepare: (given) => {
    const parameters = readParameters(NAME, perceptualParameters, given);
    return {
      parameters: z.record(z.string(), z.json()).parse(parameters),
      check: () => Promise.resolve(),
      plan: (services) => plan(parameters, services),
    };
  },
};

function plan(parameters: PerceptualParameters, services: Services): Plan {
  const { network, width, batchSize, pretrainingSteps, steps } = parameters;
  const learners = learnersOf(parameters);
  const cost = (count: number): number => (count * width * (batchSize + 100)) / 1000;
  const pretrained = learners.map(({ pretrained: id, seed }) =>
    trainStep(
      {
        id,
        description: id.replace(/^pretrain/, 'pretraining'),
        spec: () => pretrainingSpec(parameters, seed),
        cost: cost(pretrainingSteps),
      },
      services,
    ),
  );
  const narrow = learners.flatMap(({ pretrained: from, seed, narrow: trainings }) =>
    trainings.map(({ step: id, trainedDeg }) =>
      trainStep(
        {
          id,
          description: id.replace(/^train/, 'training'),
          needs: [from],
          spec: (needed) =>
            narrowTrainingSpec(parameters, seed, trainedDeg, needed.result(from, 'model.onnx')),
          cost: cost(steps),
        },
        services,
      ),
    ),
  );
  const [first] = learners;
  const before =
    network === null || first === undefined ? pretrained : [givenModel(first.pretrained, network, services)];
  return {
    steps: [...before, ...narrow],
    findings: (context) => perceptualFindings(parameters, learners, context),
  };
}
