#!/usr/bin/env node
/**
 * The command line. A command joins a database that already runs on the data folder, else starts
 * one and stops it again. Results go to stdout, logs to stderr; 0 done, 1 refused or failed, 2
 * wrong usage.
 */
import { printable, readConfig } from '../config/index.ts';
import type { Command } from './cli/command.ts';
import { Usage } from './cli/command.ts';
import { commands } from './cli/commands.ts';
import { isFailure } from './kernel/failure.ts';
import { StartError } from './platform/start-error.ts';

function usage(): string {
  const width = Math.max(...commands.map((one) => one.usage.length));
  const lines = commands.map((one) => `  ${one.usage.padEnd(width)}  ${one.about}`);
  return `Usage: npm run -s cli -- COMMAND [--json]\n\n${lines.join('\n')}\n`;
}

/** The command whose words open the arguments; two words win over one. */
function commandOf(words: readonly string[]): Command | undefined {
  const starts = (one: Command) => one.words.every((word, i) => words[i] === word);
  return commands.filter(starts).toSorted((a, b) => b.words.length - a.words.length)[0];
}

function problemOf(problem: unknown): Record<string, unknown> {
  if (isFailure(problem)) {
    const { code, title, facts } = problem;
    return { code, title: title.zh, titleEn: title.en, ...facts };
  }
  const message = problem instanceof Error ? problem.message : String(problem);
  return { code: problem instanceof StartError ? 'cannot-start' : 'failed', title: message };
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const json = args.includes('--json');
  const words = args.filter((word) => word !== '--json');
  if (words.length === 0 || words[0] === 'help' || words[0] === '--help') {
    process.stdout.write(usage());
    return words.length === 0 ? 2 : 0;
  }
  const command = commandOf(words);
  if (!command) {
    process.stderr.write(`There is no command '${words.join(' ')}'.\n\n${usage()}`);
    return 2;
  }
  try {
    const config = readConfig();
    const result = await command.run(words.slice(command.words.length), {
      config,
      json,
      printable,
    });
    if (result !== undefined) {
      const text = json ? JSON.stringify(result) : JSON.stringify(result, undefined, 2);
      process.stdout.write(`${text}\n`);
    }
    return command.failed?.(result) === true ? 1 : 0;
  } catch (problem) {
    if (problem instanceof Usage) {
      process.stderr.write(`${problem.message}\nUsage: npm run -s cli -- ${command.usage}\n`);
      return 2;
    }
    process.stderr.write(`${JSON.stringify(problemOf(problem), undefined, json ? 0 : 2)}\n`);
    return 1;
  }
}

process.exitCode = await main();
