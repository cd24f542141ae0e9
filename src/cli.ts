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

function usage(shown: readonly Command[] = commands): string {
  const lines = shown.map((one) => `  ${one.usage}\n${folded(one.about)}`);
  return `Usage: npm run -s cli -- COMMAND [--json]\n\n${lines.join('\n')}\n`;
}

/** Below its command, in lines that a terminal shows whole: one of them lists many names. */
const folded = (about: string): string =>
  about.replace(/(.{1,80})(?: |$)/g, '      $1\n').trimEnd();

/** The command whose words open the arguments; two words win over one. */
function commandOf(words: readonly string[]): Command | undefined {
  const starts = (one: Command) => one.words.every((word, i) => words[i] === word);
  return commands.filter(starts).toSorted((a, b) => b.words.length - a.words.length)[0];
}

/** `help audit` means both of its commands; help with nothing named means all. */
const commandsMeant = (words: readonly string[]): Command[] =>
  commands.filter((one) => words.every((word, i) => one.words[i] === word));

const fileReasons: Readonly<Record<string, readonly [zh: string, en: string]>> = {
  ENOENT: ['没有这个文件或文件夹', 'There is no such file or folder'],
  EISDIR: ['这是文件夹，不是文件', 'This is a folder, not a file'],
  ENOTDIR: ['路径中有一段不是文件夹', 'A part of the path is not a folder'],
  EACCES: ['没有权限', 'Permission denied'],
  ENOSPC: ['磁盘已满', 'The disk is full'],
};

/** What the system says about a file, in a sentence. */
function fileProblem(problem: unknown): Record<string, unknown> | undefined {
  const { code, path } = problem as { code?: string; path?: string };
  const reason = fileReasons[code ?? ''];
  if (!reason || path === undefined) return undefined;
  const [zh, en] = reason;
  return { code: 'file-unusable', title: `文件无法使用：${zh}`, titleEn: en, path };
}

function problemOf(problem: unknown): Record<string, unknown> {
  if (isFailure(problem)) {
    const { code, title, facts } = problem;
    return { code, title: title.zh, titleEn: title.en, ...facts };
  }
  const unreadable = fileProblem(problem);
  if (unreadable) return unreadable;
  const message = problem instanceof Error ? problem.message : String(problem);
  return { code: problem instanceof StartError ? 'cannot-start' : 'failed', title: message };
}

function refuseWords(words: readonly string[]): number {
  process.stderr.write(`There is no command '${words.join(' ')}'.\n\n${usage()}`);
  return 2;
}

async function main(): Promise<number> {
  const args = process.argv.slice(2);
  const json = args.includes('--json');
  const words = args.filter((word) => word !== '--json');
  const [first, ...others] = words;
  if (first === undefined || first === 'help' || first === '--help') {
    const meant = commandsMeant(others);
    if (meant.length === 0) return refuseWords(others);
    process.stdout.write(usage(meant));
    return first === undefined ? 2 : 0;
  }
  const command = commandOf(words);
  if (!command) return refuseWords(words);
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
