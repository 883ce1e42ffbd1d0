import { trainingV1 } from '@oblique/contracts';
import { ServiceError } from '@oblique/service';
import type { Command } from 'commander';
import { contextOf } from '../commandContext.js';
import { withServices, type Connection } from '../connection.js';
import { followTraining, learned, shortId } from '../followTraining.js';
import { columns, duration } from '../terminal.js';

export function addTrainingsCommands(program: Command, signal: AbortSignal): void {
  const trainings = program
    .command('trainings')
    .summary('list, show, watch, resume and cancel trainings')
    .description('Trainings of networks. They are named by the beginning of their id.');

  trainings
    .command('list')
    .description('List the trainings, newest first.')
    .action(async (_options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const { trainings: all, broken } = await withServices(
        ['training'],
        connection,
        terminal,
        ({ training }) => training.listTrainings({}, { signal }),
      );
      for (const { name, reason } of broken) terminal.note(`${name} cannot be read: ${reason}`);
      const rows = all.map(({ id, label, state, step, totalSteps, startedAt }) => [
        shortId(id),
        label,
        stateName(state),
        `${step}/${totalSteps || '?'}`,
        startedAt,
      ]);
      terminal.result(
        rows.length === 0
          ? 'There are no trainings.'
          : columns(['training', 'label', 'state', 'steps', 'started'], rows),
        all,
      );
    });

  trainings
    .command('show <training>')
    .description('Show a training, its checkpoints and how well it has learned.')
    .action(async (text: string, _options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const { training, metrics } = await withServices(
        ['training'],
        connection,
        terminal,
        async (services) => {
          const id = await findTraining(services, text, signal);
          return services.training.getTraining({ id }, { signal });
        },
      );
      if (training !== undefined) terminal.result(describe(training, metrics), { ...training, metrics });
    });

  trainings
    .command('watch <training>')
    .description('Follow a training to its end. Ctrl-C leaves it going on.')
    .action(async (text: string, _options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      await withServices(['training'], connection, terminal, async (services) => {
        const id = await findTraining(services, text, signal);
        const ended = await followTraining(services, id, terminal, signal, 'leave');
        terminal.result(describe(ended, []), ended);
      });
    });

  trainings
    .command('resume <training>')
    .description('Go on with a training that was cancelled or failed, and follow it to its end.')
    .action(async (text: string, _options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      await withServices(['training'], connection, terminal, async (services) => {
        const id = await findTraining(services, text, signal);
        const { training } = await services.training.getTraining({ id }, { signal });
        const { training: resumed } = await services.training.startTraining(
          { spec: training?.spec, label: training?.label ?? '' },
          { signal },
        );
        const ended = await followTraining(services, resumed?.id ?? id, terminal, signal, 'cancel');
        terminal.result(describe(ended, []), ended);
      });
    });

  trainings
    .command('cancel <training>')
    .description('Cancel a training; what it has learned is kept, and it can be resumed.')
    .action(async (text: string, _options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const { training } = await withServices(['training'], connection, terminal, async (services) => {
        const id = await findTraining(services, text, signal);
        return services.training.cancelTraining({ id }, { signal });
      });
      if (training === undefined) return;
      const { id, state, step } = training;
      terminal.result(`Training ${shortId(id)} is ${stateName(state)} at step ${step}.`, training);
    });
}

/** The one training whose id begins like this. @throws ServiceError UNKNOWN_TRAINING */
async function findTraining({ training }: Connection, text: string, signal: AbortSignal): Promise<string> {
  const { trainings } = await training.listTrainings({}, { signal });
  const [found, ...others] = trainings.filter(({ id }) => text !== '' && id.startsWith(text));
  if (found !== undefined && others.length === 0) return found.id;
  const why =
    found === undefined
      ? `There is no training ${JSON.stringify(text)}`
      : `${text} is the beginning of ${others.length + 1} trainings`;
  throw new ServiceError('UNKNOWN_TRAINING', `${why}; see them with: oblique trainings list`, {
    field: 'id',
  });
}

function describe(training: trainingV1.Training, metrics: readonly trainingV1.Metrics[]): string {
  const { id, label, state, step, totalSteps, failure, checkpoints, result } = training;
  const kept = checkpoints.map((checkpoint) => [String(checkpoint.step), checkpoint.model?.digest ?? '']);
  const results = [result?.model, result?.metrics, result?.observations, result?.linearLearning]
    .filter((ref) => ref !== undefined)
    .map(({ kind, digest }) => [kind, digest]);
  return [
    `${id}  ${label}`,
    `${stateName(state)}, step ${step} of ${totalSteps || '?'}`,
    learned(metrics.at(-1)),
    failure,
    result === undefined ? '' : `${duration(result.seconds)}, ${result.executor} on ${result.device}`,
    kept.length === 0 ? '' : `\n${columns(['checkpoint', 'model'], kept)}`,
    results.length === 0 ? '' : `\n${columns(['result', 'digest'], results)}`,
  ]
    .filter((line) => line !== '')
    .join('\n');
}

function stateName(state: trainingV1.TrainingState): string {
  return trainingV1.trainingStateToJSON(state).replace('TRAINING_STATE_', '').toLowerCase();
}
