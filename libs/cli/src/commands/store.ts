import { StoreCare, type Finding } from '@oblique/artifacts';
import { defaultHome, findRunning } from '@oblique/launcher';
import { UsageError } from '@oblique/service';
import type { Command } from 'commander';
import { contextOf, type CommandContext } from '../commandContext.js';
import { storeLocation } from '../connection.js';
import { EXIT } from '../exitCodes.js';
import { byteSize, columns, counted } from '../terminal.js';

const MEBIBYTE = 1024 ** 2;
const DAY_MS = 24 * 3600 * 1000;

const HELP = `
The store is that of the services that "oblique up" started, else --store or OBLIQUE_STORE, else .oblique/store.

verify reads every byte; repair does too, and removes what is broken: the next command that needs it computes it again.
gc removes what no run, no training and no named model needs, nor what those were made from; it only says so unless
--delete is given. Services may run meanwhile: what is younger than --older-than stays.`;

export function addStoreCommands(program: Command, signal: AbortSignal): void {
  const store = program
    .command('store')
    .summary('verify, repair and clear the artifact store, or see what takes the room')
    .description('Looks after the artifact store.')
    .addHelpText('after', HELP);

  store
    .command('verify')
    .description(`Check every hash and record. Exits with ${EXIT.failed} where something is broken.`)
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command, signal);
      const care = await openCare(context);
      const findings = await found(care, context);
      context.terminal.result(
        findings.length === 0
          ? `${care.location} is whole.`
          : [
              ...findings.map(line),
              '',
              'Remove what is broken, so that it is made again, with: oblique store repair',
            ].join('\n'),
        { store: care.location, findings },
      );
      if (findings.length > 0) process.exitCode = EXIT.failed;
    });

  store
    .command('repair')
    .description('Remove what is broken; what was computed is computed again when a command needs it.')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command, signal);
      const care = await openCare(context);
      const findings = await found(care, context);
      for (const finding of findings) await care.repair(finding);
      const lost = findings.some(({ what }) => what.includes('of "models"'));
      context.terminal.result(
        findings.length === 0
          ? `${care.location} is whole.`
          : [
              ...findings.map(line),
              '',
              `Removed. Repeating a command computes again what it needs.${lost ? ' Add the models again whose names are gone: oblique models add' : ''}`,
            ].join('\n'),
        { store: care.location, removed: findings },
      );
    });

  store
    .command('stats')
    .description('Show what takes the room.')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command, signal);
      const care = await openCare(context);
      const statistics = await care.statistics(signal);
      const { kinds, collections, unfinishedBytes } = statistics;
      context.terminal.result(
        [
          columns(
            ['artifacts', 'count', 'size'],
            kinds.map(({ kind, count, sizeBytes }) => [kind, String(count), byteSize(sizeBytes)]),
          ),
          '',
          columns(
            ['records', 'count'],
            collections.map(({ collection, count }) => [collection, String(count)]),
          ),
          ...(unfinishedBytes > 0 ? ['', `${byteSize(unfinishedBytes)} are unfinished.`] : []),
        ].join('\n'),
        { store: care.location, ...statistics },
      );
    });

  store
    .command('gc')
    .description('Remove what no run, training or named model needs; without --delete, only say what.')
    .option('--delete', 'remove it')
    .option('--older-than <days>', 'what is younger stays', '7')
    .action(async (options: { readonly delete?: boolean; readonly olderThan: string }, command: Command) => {
      const context = contextOf(command, signal);
      const days = readDays(options.olderThan);
      const care = await openCare(context);
      let count = 0;
      let bytes = 0;
      for await (const { path, sizeBytes } of care.unneeded(days * DAY_MS, signal)) {
        signal.throwIfAborted();
        if (options.delete === true) await care.remove(path);
        count += 1;
        bytes += sizeBytes;
      }
      const what = `${counted(count, 'file', 'files')}, ${byteSize(bytes)}`;
      context.terminal.result(
        options.delete === true
          ? `Removed ${what}.`
          : `${what} are needed by no run, training or named model. Remove them with: oblique store gc --delete`,
        { store: care.location, count, bytes, removed: options.delete ?? false },
      );
    });
}

/** The store that commands would use. */
async function openCare({ connection }: CommandContext): Promise<StoreCare> {
  const running = connection.store === undefined ? await findRunning(defaultHome()) : undefined;
  return StoreCare.open(running === undefined ? storeLocation(connection) : running.store);
}

async function found(care: StoreCare, { terminal, signal }: CommandContext): Promise<Finding[]> {
  const startMs = performance.now();
  const findings: Finding[] = [];
  const each = care.verify(signal, ({ doneBytes, totalBytes }) => {
    const ratePerSecond = doneBytes / MEBIBYTE / ((performance.now() - startMs) / 1000);
    terminal.progress({
      stage: 'reading',
      done: Math.round(doneBytes / MEBIBYTE),
      total: Math.round(totalBytes / MEBIBYTE),
      unit: 'MiB',
      ratePerSecond,
      secondsLeft: ratePerSecond > 0 ? (totalBytes - doneBytes) / MEBIBYTE / ratePerSecond : undefined,
    });
  });
  for await (const finding of each) findings.push(finding);
  terminal.endProgress();
  return findings;
}

function line({ what, problem }: Finding): string {
  return `${what}: ${problem}`;
}

function readDays(text: string): number {
  const days = Number(text);
  if (Number.isFinite(days) && days >= 0 && text.trim() !== '') return days;
  throw new UsageError(`--older-than takes a number of days from 0, not ${JSON.stringify(text)}.`);
}
