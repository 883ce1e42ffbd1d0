import type { Command } from 'commander';
import { contextOf } from '../commandContext.js';
import { withServices, type Connection } from '../connection.js';
import { checkReportFolder, followRun, startRun, writeReport } from '../followRun.js';
import { registerNetworks } from '../registerNetworks.js';
import { RunOverview } from '../runOverview.js';
import { absoluteLocation } from '../sceneOptions.js';
import { verifyReport } from '../verifyReport.js';

interface ReproduceOptions {
  readonly profile: string;
  readonly only?: string;
  readonly protocol: string;
  readonly data: string;
  readonly networks?: string;
  readonly out: string;
  readonly force?: boolean;
  readonly verify?: string;
}

const HELP = `
Figures are named fig2, fig2c, fig5, si1, si1b, …; "errata" and "beyond" are what the report adds to the paper.
What was computed once is taken from artifacts, so that a second run takes seconds. A run that was interrupted goes on
by the same command, or with: oblique runs resume ID --out FOLDER.

--verify computes the whole run of a report again, from nothing, and says which numbers differ and by how much; it
ends with 1 where a verdict differs or something is missing. Networks from files have to be named again.

The profile paper says what it needs (ImageNet, trained networks, a GPU, weeks), and looks for it before it starts.

Examples:
  oblique reproduce --out report
  oblique reproduce --only fig5,fig6 --protocol code --out report
  oblique reproduce --verify report
  oblique reproduce --networks resnet18.onnx,squeezenet.onnx --data photographs.tar --out report`;

export function addReproduceCommand(program: Command, signal: AbortSignal): void {
  program
    .command('reproduce')
    .summary('reproduce the paper: every figure, its errata and what it leaves open, in one report')
    .description('Reproduces the paper: every figure, its errata and what it leaves open, in one report.')
    .option('--profile <quick|full|paper>', 'how much is computed', 'quick')
    .option('--only <list>', 'figures, panels or analyses, by commas')
    .option('--protocol <text|code>', "the paper's words, or what the authors' notebooks do", 'text')
    .option('--data <scenes|location>', 'what is learned from: scenes (synthetic), or images', 'scenes')
    .option('--networks <list>', 'networks to measure, by commas: ONNX files, models, built-in architectures')
    .option('--out <folder>', 'folder for the report', 'report')
    .option('--force', 'overwrite an existing report')
    .option('--verify <folder>', 'compute the run of this report again and compare every number')
    .addHelpText('after', HELP)
    .action(async (options: ReproduceOptions, command: Command) => {
      const { terminal, connection } = contextOf(command, signal);
      const files = options.networks?.split(',') ?? [];
      if (options.verify !== undefined) {
        await verifyReport(options.verify, files, terminal, signal);
        return;
      }
      checkReportFolder(options.out, options.force ?? false);
      const done = await withServices(['orchestrator'], connection, terminal, async (services) => {
        if (options.profile === 'paper') terminal.note(await paperNeeds(services, signal));
        const networks = await registerNetworks(services, files, terminal, signal);
        const parameters = {
          profile: options.profile,
          protocol: options.protocol,
          only: options.only?.split(',').map((name) => name.trim()) ?? [],
          data: options.data === 'scenes' ? options.data : absoluteLocation(options.data),
          networks,
        };
        const runId = await startRun(services, 'reproduce', parameters, signal);
        terminal.note(`Run ${runId}`);
        const overview = new RunOverview(terminal);
        const ended = await followRun(services, runId, terminal, signal, overview);
        await writeReport(services, ended, options.out, signal);
        return ended;
      });
      terminal.result(`Report: ${options.out}/report.html`, {
        run: done.id,
        report: `${options.out}/report.html`,
      });
    });
}

/** What the profile `paper` needs, as the orchestrator describes it. */
async function paperNeeds({ orchestrator }: Connection, signal: AbortSignal): Promise<string> {
  const { analyses } = await orchestrator.listAnalyses({}, { signal });
  const reproduce = analyses.find(({ name }) => name === 'reproduce');
  return reproduce?.parameters.find(({ name }) => name === 'profile')?.description ?? '';
}
