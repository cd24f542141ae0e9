/**
 * The rules of the house as an ordinary test: who may import whom, how long things may be, which
 * words are banned. It asserts how much it saw, because a gate that looks at nothing passes for
 * ever.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';

const root = process.cwd();

/** Modules by rung; a module may import only lower rungs, through their index.ts. */
const ladder: readonly (readonly string[])[] = [
  ['kernel'],
  ['platform'],
  ['parties', 'ledger', 'rulebook'],
  ['identity', 'limits'],
  ['approvals'],
  ['risk-pool', 'funds'],
  ['credit'],
  ['supply-chain', 'subsidies'],
  ['insight'],
  ['exchange'],
];
const rungOf = new Map(ladder.flatMap((names, rung) => names.map((name) => [name, rung] as const)));

/** Folders and files of `src` that wire things together and may import everything. */
const wiring = new Set(
  'main.ts product.ts cli.ts runtime.ts app.ts bench demo cli calc'.split(' '),
);

const pureFiles = /(^|\/)(model|refusals|postings)\.ts$|\/rules(\/.*)?\.ts$/;

function filesBelow(folder: string, match: RegExp): string[] {
  let names: string[] = [];
  try {
    names = readdirSync(path.join(root, folder));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const file = `${folder}/${name}`;
    if (statSync(path.join(root, file)).isDirectory()) return filesBelow(file, match);
    return match.test(name) ? [file] : [];
  });
}

interface Import {
  readonly file: string;
  readonly target: string;
}

/** Columns of a line: one per code point. */
const widthOf = (line: string): number => Array.from(line).length;

const fromClause = /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g;

const importsOf = (file: string): Import[] =>
  [...readFileSync(path.join(root, file), 'utf8').matchAll(fromClause)].map((found) => {
    const target = found[1] ?? found[2] ?? '';
    return {
      file,
      target: target.startsWith('.')
        ? path.posix.normalize(path.posix.join(path.posix.dirname(file), target))
        : target,
    };
  });

const moduleOf = (file: string): string | undefined => /^src\/([^/]+)/.exec(file)?.[1];

const sources = filesBelow('src', /\.ts$/).filter((file) => !file.startsWith('src/web/'));
const all = [
  ...sources,
  ...['config', 'jobs', 'migrations', 'test'].flatMap((folder) => filesBelow(folder, /\.ts$/)),
];

describe('the house', () => {
  it('is where this test looks', () => {
    const seen = new Set(sources.map(moduleOf).filter((name) => rungOf.has(name ?? '')));
    expect([...seen]).to.include.members([
      'approvals',
      'credit',
      'funds',
      'identity',
      'insight',
      'kernel',
      'ledger',
      'limits',
      'parties',
      'platform',
      'risk-pool',
      'rulebook',
      'supply-chain',
    ]);
    expect(all.length).to.be.greaterThan(150);
    expect(sources.flatMap(importsOf).length).to.be.greaterThan(500);
  });

  it('knows every folder of src', () => {
    const unknown = readdirSync(path.join(root, 'src')).filter(
      (name) => !rungOf.has(name) && !wiring.has(name) && name !== 'web',
    );
    expect(unknown).to.deep.equal([]);
  });

  it('imports downward, and other modules only through their front door', () => {
    const wrong = sources.flatMap(importsOf).filter(({ file, target }) => {
      const [from, to] = [moduleOf(file), moduleOf(target)];
      const [fromRung, toRung] = [rungOf.get(from ?? ''), rungOf.get(to ?? '')];
      if (fromRung === undefined || to === undefined || from === to) return false;
      if (toRung === undefined || toRung >= fromRung) return true;
      const open = to === 'kernel' || to === 'platform' || target === `src/${to}/index.ts`;
      return !open;
    });
    expect(wrong).to.deep.equal([]);
  });

  it('keeps pure files pure', () => {
    const pure = sources.filter((file) => pureFiles.test(file));
    expect(pure.length).to.be.greaterThan(15);
    const wrong = pure.flatMap(importsOf).filter(({ target }) => {
      if (/^src\/platform\/(calculation|schemas)\.ts$/.test(target)) return false;
      if (target === 'zod') return false;
      return !target.startsWith('src/') || moduleOf(target) === 'platform';
    });
    expect(wrong).to.deep.equal([]);
  });

  it('lets only money.ts see decimal.js, and only config read the environment', () => {
    const decimal = all.flatMap(importsOf).filter(({ target }) => target === 'decimal.js');
    expect(
      decimal.map(({ file }) => file).filter((file) => !file.startsWith('test/')),
    ).to.deep.equal(['src/kernel/money.ts']);
    const readers = all.filter(
      (file) =>
        !file.startsWith('test/') &&
        /process\.env\b/.test(readFileSync(path.join(root, file), 'utf8')),
    );
    expect(readers).to.deep.equal(['config/index.ts']);
  });

  it('makes no JS number of a decimal: counts come by parseInt or by Exact.wholeCount', () => {
    const measuring = /^src\/(bench|platform\/embedded)\//;
    const bound = sources.filter((file) => !measuring.test(file));
    expect(bound.length).to.be.greaterThan(400);
    const wrong = bound.filter((file) =>
      /\b(Number|parseFloat)\(/.test(readFileSync(path.join(root, file), 'utf8')),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('writes no line over 100 columns and no banned word', () => {
    const banned =
      /\b\w*(?:Manager|Service|Handler|Helper|Util|DTO|Impl)\b|\b(?:services|utils|helpers|types|repositories|dto)\//;
    const allowed = /RequestHandler|ErrorRequestHandler|fund_manager|FundManager/;
    const wrong: string[] = [];
    for (const file of all.filter((name) => name !== 'test/tidy.test.ts')) {
      const lines = readFileSync(path.join(root, file), 'utf8').split('\n');
      lines.forEach((line, i) => {
        if (widthOf(line) > 100) wrong.push(`${file}:${i + 1} is ${widthOf(line)} columns`);
        const word = banned.exec(line.replace(allowed, ''));
        if (word && !line.includes("from '")) wrong.push(`${file}:${i + 1} says ${word[0]}`);
      });
    }
    expect(wrong).to.deep.equal([]);
  });

  it('opens every file with its purpose', () => {
    const wrong = all.filter(
      (file) => !/^(#!.*\n)?\/[/*]/.test(readFileSync(path.join(root, file), 'utf8')),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('names every module in a README of its own', () => {
    const wrong = [...rungOf.keys()].filter((name) => {
      const files = sources.filter((file) => moduleOf(file) === name);
      return files.length > 0 && filesBelow(`src/${name}`, /^README\.md$/).length === 0;
    });
    expect(wrong).to.deep.equal([]);
  });
});
