import { readdirSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from './program.js';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const files = (folder: string): string[] =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' }).map(
    (path) => `${folder}/${path}`,
  );

const page = read('docs/command-line.md');
const program = (): Command => createProgram(new AbortController().signal);

/** The page's sections by the words of their headings. */
const sections = page.split(/^## /m).map((text) => {
  const [heading = ''] = text.split('\n');
  return { words: heading.split(/[\s,]+/), text };
});

const VARIABLE = /\b(?:OBLIQUE|S3|XDG)_[A-Z][A-Z_]*\b/g;
const COMMON = new Set(['--endpoint', '--store', '--json', '--help', '--version']);

function flagsOf(command: Command): string[] {
  const own = command.options.flatMap(({ long }) => (long && !COMMON.has(long) ? [long] : []));
  return [...own, ...command.commands.flatMap(flagsOf)];
}

describe('docs/command-line.md', () => {
  it.each(program().commands.map((command) => [command.name(), command] as const))(
    'has every option of %s, and no other',
    (name, command) => {
      const mine = sections.filter(({ words }) => words.includes(name));
      expect(mine, `a section whose heading has the word ${name}`).not.toEqual([]);
      const text = mine.map((section) => section.text).join('\n');
      const documented = new Set(text.match(/--[a-z][a-z-]*/g));
      expect(flagsOf(command).filter((flag) => !documented.has(flag))).toEqual([]);
      const words = new Set(mine.flatMap((section) => section.words));
      const known = new Set(
        program()
          .commands.filter((other) => words.has(other.name()))
          .flatMap(flagsOf),
      );
      const firstCells = [...text.matchAll(/^\| ([^|]*(?:\\\|[^|]*)*)\|/gm)]
        .map(([, cell = '']) => cell)
        .join(' ');
      const invented = (firstCells.match(/--[a-z][a-z-]*/g) ?? []).filter(
        (flag) => !known.has(flag) && !COMMON.has(flag),
      );
      expect(invented).toEqual([]);
    },
  );

  it('has every variable of the environment that the code reads', () => {
    const sources = ['libs', 'services', 'scripts', 'e2e/src']
      .flatMap(files)
      .filter(
        (path) =>
          /^(?:.*\/src\/.*\.ts|scripts\/.*\.mjs)$/.test(path) &&
          !/\/(?:generated|node_modules|dist|fixtures)\//.test(path),
      );
    const variables = (paths: readonly string[]): Set<string> =>
      new Set(paths.flatMap((path) => read(path).match(VARIABLE) ?? []));
    const inCode = variables(sources);
    const inProduct = variables(sources.filter((path) => !path.endsWith('.test.ts')));
    const [, table = ''] = /^## Environment\n([^]*?)^## /m.exec(page) ?? [];
    const documented = new Set(table.match(VARIABLE));
    // Options of the services stand in the environment by a rule, which the page says.
    const [, options = ''] = page.split('## Options of the services');
    const ruled = new Set(
      options.match(/--[a-z][a-z-]*/g)?.map((flag) => flag.slice(2).toUpperCase().replaceAll('-', '_')),
    );
    const byRule = (name: string): boolean =>
      ruled.has(name.replace(/^OBLIQUE_(?:(?:STIMULUS|SERVING|STATISTICS|ORCHESTRATOR|TRAINING)_)?/, ''));
    expect([...inProduct].filter((name) => !documented.has(name) && !byRule(name))).toEqual([]);
    expect([...documented].filter((name) => !inCode.has(name) && !byRule(name))).toEqual([]);
  });
});

describe('lines that people are told to type', () => {
  const pages = ['README.md', ...files('docs').filter((path) => path.endsWith('.md'))];
  const lines = pages.flatMap((path) => told(read(path)).map((line) => ({ path, line })));

  it('are found', () => expect(lines.length).toBeGreaterThan(40));

  it.each(lines)('$path: $line', ({ line }) => {
    expect(whatIsWrong(wordsOf(line))).toBeUndefined();
  });
});

/** What stands in code and begins with `oblique` or `npx oblique`. */
function told(text: string): string[] {
  const joined = text.replaceAll(/\s*\\\n\s*/g, ' ');
  const blocks = [...joined.matchAll(/^(?: {4}|```sh\n)(?:\$ )?((?:npx )?oblique .*)$/gm)];
  const inline = [...joined.matchAll(/`((?:npx )?oblique [^`]+)`/g)];
  return (
    [...blocks, ...inline]
      .map(([, line = '']) => line.replace(/^npx /, '').replace(/ #.*/, '').trim())
      // An error as it is printed: its domain and reason.
      .filter((line) => !/^oblique [A-Z_]+$/.test(line))
  );
}

function wordsOf(line: string): string[] {
  const words = line.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  return words.slice(1).map((word) => word.replaceAll(/^["']|["']$/g, ''));
}

function whatIsWrong(words: readonly string[]): string | undefined {
  let command = program();
  let rest = [...words];
  for (;;) {
    const below = command.commands.find((candidate) => candidate.name() === rest[0]);
    if (!below) break;
    command = below;
    rest = rest.slice(1);
  }
  const { operands, unknown } = command.parseOptions(rest);
  const odd = unknown.filter((word) => word !== '--help' && word !== '-h');
  if (odd.length > 0) return `${command.name()} has no ${odd.join(' ')}`;
  const room = command.registeredArguments.length;
  return operands.length > room
    ? `${command.name()} takes ${room} words, not ${operands.join(' ')}`
    : undefined;
}
