import { orchestratorV1 } from '@oblique/contracts';
import { UsageError } from '@oblique/service';
import type { Command } from 'commander';
import { contextOf } from '../commandContext.js';
import { withServices, type Connection } from '../connection.js';
import { checkReportFolder, followRun, startRun, writeReport } from '../followRun.js';
import { isStudyFile, loadStudy } from '../loadStudy.js';
import { registerNetworks } from '../registerNetworks.js';
import { prepareStudy, runStudy } from '../runStudy.js';
import { columns, type Terminal } from '../terminal.js';
import { collect } from '../collect.js';

interface RunOptions {
  readonly networks?: string;
  readonly seeds?: string;
  readonly protocol?: string;
  readonly profile?: string;
  readonly set?: readonly string[];
  readonly out: string;
  readonly force?: boolean;
}

const HELP = `
Networks are ONNX files, names of models that were added, or built-in architectures, by commas.
The report folder gets report.html, results.json, provenance.json and figures/<id>.svg|png|csv|npz.
A run that was interrupted goes on with: oblique runs resume ID. Steps that are done are not computed again.
See the other parameters of an analysis with: oblique analyses

Examples:
  oblique run orientation --networks resnet18.onnx,squeezenet.onnx --seeds 0,1,2 --protocol text --out report
  oblique run label-noise --profile quick --out figure-6
  oblique run my-study.js --set seeds=[0,1,2,3] --out report`;

export function addRunCommand(program: Command, signal: AbortSignal): void {
  program
    .command('run <analysis>')
    .summary('run an analysis and write its report')
    .description(
      'Run an analysis, e.g. "orientation", or a study of your own, e.g. my-study.js, and write its report.',
    )
    .option('--networks <list>', 'networks, by commas')
    .option('--seeds <list>', 'seeds of networks and shuffles, by commas')
    .option('--protocol <text|code>', "the paper's words, or what the authors' notebooks do")
    .option('--profile <name>', 'how much is computed: quick, full or paper, as the analysis has them')
    .option(
      '--set <name=value>',
      'any other parameter of the analysis, its value as JSON or plain text (repeat)',
      collect,
    )
    .requiredOption('--out <folder>', 'folder for the report')
    .option('--force', 'overwrite an existing report')
    .addHelpText('after', HELP)
    .action(async (analysis: string, options: RunOptions, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      checkReportFolder(options.out, options.force ?? false);
      if (isStudyFile(analysis)) {
        const study = await loadStudy(analysis);
        // What is wrong is said before services are started.
        prepareStudy(study, readParameters(options));
        await withServices(SERVICES_OF_STUDIES, connection, terminal, async (services) => {
          const parameters = await parametersOf(options, services, terminal, signal);
          await runStudy(study, parameters, options.out, {
            connection: services,
            options: connection,
            terminal,
            signal,
          });
        });
        terminal.result(`Report: ${options.out}/report.html`, { report: `${options.out}/report.html` });
        return;
      }
      const done = await withServices(['orchestrator'], connection, terminal, async (services) => {
        const parameters = await parametersOf(options, services, terminal, signal);
        const runId = await startRun(services, analysis, parameters, signal);
        terminal.note(`Run ${runId}`);
        const ended = await followRun(services, runId, terminal, signal);
        await writeReport(services, ended, options.out, signal);
        return ended;
      });
      terminal.result(`Report: ${options.out}/report.html`, {
        run: done.id,
        report: `${options.out}/report.html`,
      });
    });

  program
    .command('analyses')
    .summary('list the analyses and their parameters')
    .description('List the analyses and their parameters.')
    .action(async (_options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const { analyses } = await withServices(['orchestrator'], connection, terminal, ({ orchestrator }) =>
        orchestrator.listAnalyses({}, { signal }),
      );
      terminal.result(analyses.map(describe).join('\n\n'), analyses);
    });

  const runs = program
    .command('runs')
    .summary('list, show, resume and cancel runs')
    .description('Runs of analyses.');

  runs
    .command('list')
    .description('List the runs, newest first.')
    .action(async (_options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const { runs: all, broken } = await withServices(
        ['orchestrator'],
        connection,
        terminal,
        ({ orchestrator }) => orchestrator.listRuns({}, { signal }),
      );
      for (const { name, reason } of broken) terminal.note(`${name} cannot be read: ${reason}`);
      const rows = all.map(({ id, analysis, state, created }) => [
        id,
        analysis,
        stateName(state),
        created?.toISOString() ?? '',
      ]);
      terminal.result(
        rows.length === 0 ? 'There are no runs.' : columns(['run', 'analysis', 'state', 'created'], rows),
        all,
      );
    });

  runs
    .command('show <run>')
    .description('Show a run and its steps.')
    .action(async (id: string, _options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const { run } = await withServices(['orchestrator'], connection, terminal, ({ orchestrator }) =>
        orchestrator.getRun({ runId: id }, { signal }),
      );
      if (run !== undefined) terminal.result(showRun(run), run);
    });

  runs
    .command('resume <run>')
    .description('Go on with a run that was cancelled, failed or interrupted, and write its report.')
    .requiredOption('--out <folder>', 'folder for the report')
    .option('--force', 'overwrite an existing report')
    .action(
      async (id: string, options: { readonly out: string; readonly force?: boolean }, command: Command) => {
        const { terminal, connection } = contextOf(command, signal);
        checkReportFolder(options.out, options.force ?? false);
        await withServices(['orchestrator'], connection, terminal, async (services) => {
          const { run } = await services.orchestrator.getRun({ runId: id }, { signal });
          if (run?.state !== orchestratorV1.State.STATE_SUCCEEDED)
            await services.orchestrator.resumeRun({ runId: id }, { signal });
          await writeReport(services, await followRun(services, id, terminal, signal), options.out, signal);
        });
        terminal.result(`Report: ${options.out}/report.html`, {
          run: id,
          report: `${options.out}/report.html`,
        });
      },
    );

  runs
    .command('cancel <run>')
    .description('Cancel a run; what it computed is kept.')
    .action(async (id: string, _options: object, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const { run } = await withServices(['orchestrator'], connection, terminal, ({ orchestrator }) =>
        orchestrator.cancelRun({ runId: id }, { signal }),
      );
      terminal.result(
        `Run ${id} is ${stateName(run?.state ?? orchestratorV1.State.STATE_UNSPECIFIED)}.`,
        run ?? {},
      );
    });
}

const SERVICES_OF_STUDIES = ['stimulus', 'serving', 'statistics', 'training'] as const;

/** The parameters of a command line; networks are added to the serving service first. */
async function parametersOf(
  options: RunOptions,
  services: Connection,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const parameters = readParameters(options);
  if (options.networks === undefined) return parameters;
  const networks = await registerNetworks(services, options.networks.split(','), terminal, signal);
  return { ...parameters, networks };
}

function readParameters({ seeds, protocol, profile, set }: RunOptions): Record<string, unknown> {
  return {
    ...(seeds !== undefined && { seeds: seeds.split(',').map(readSeed) }),
    ...(protocol !== undefined && { protocol }),
    ...(profile !== undefined && { profile }),
    ...Object.fromEntries((set ?? []).map(readParameter)),
  };
}

function readSeed(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed) && seed >= 0 && text.trim() !== '') return seed;
  throw new UsageError(`--seeds takes whole numbers from 0, by commas; ${JSON.stringify(text)} is none.`);
}

function readParameter(text: string): readonly [name: string, value: unknown] {
  const [, name, value] = /^([^=]+)=(.*)$/su.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`--set ${text} has no "="; write NAME=VALUE.`);
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}

function describe({ name, description, parameters }: orchestratorV1.Analysis): string {
  const list = parameters.map(
    (parameter) => `  ${parameter.name} = ${parameter.defaultJson}\n      ${parameter.description}`,
  );
  return [`${name}: ${description}`, ...list].join('\n');
}

function showRun(run: orchestratorV1.Run): string {
  const rows = run.steps.map(({ id, state, cached, seconds, description, error }) => [
    id,
    `${stateName(state)}${cached ? ' (known)' : ''}`,
    seconds > 0 ? `${seconds.toFixed(1)} s` : '',
    error || description,
  ]);
  return [
    `${run.id}  ${run.analysis}  ${stateName(run.state)}  ${run.error}`,
    '',
    columns(['step', 'state', 'time', ''], rows),
  ].join('\n');
}

function stateName(state: orchestratorV1.State): string {
  return orchestratorV1.stateToJSON(state).replace('STATE_', '').toLowerCase();
}
