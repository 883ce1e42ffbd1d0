import type { Command } from 'commander';
import type { ConnectionOptions } from './connection.js';
import { Terminal } from './terminal.js';

/** Options that every command takes. */
export interface GlobalOptions extends ConnectionOptions {
  readonly json?: boolean;
}

/** What a command is run with, beside its own options. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly connection: ConnectionOptions;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The context of a command that commander is about to run. */
export function contextOf(command: Command, signal: AbortSignal): CommandContext {
  const options = command.optsWithGlobals<GlobalOptions>();
  return { terminal: new Terminal(options.json ?? false), connection: options, signal };
}
