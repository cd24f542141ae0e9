// Help of the command line: of everything, of one command, and of a word that several begin with.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { expect } from 'chai';

const cli = path.join(process.cwd(), 'dist/src/cli.js');

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (...words: string[]): Promise<Said> =>
  new Promise((resolve) => {
    execFile(process.execPath, [cli, ...words], (problem, stdout, stderr) => {
      resolve({ code: typeof problem?.code === 'number' ? problem.code : 0, stdout, stderr });
    });
  });

/** The commands whose usage is shown: two blanks before, what they do below them. */
const shown = ({ stdout }: Said): string[] =>
  [...stdout.matchAll(/^ {2}(\w.*)$/gm)].map(([, usage = '']) => usage);

describe('help of the command line', function () {
  this.timeout(30_000);

  it('shows every command, and with a name only that one', async () => {
    const all = await run('help');
    expect(all.code).to.equal(0);
    expect(shown(all)).to.include.members(['migrate', 'audit verify [FILE]', 'audit export FILE']);
    const one = await run('help', 'job', 'run');
    expect(one).to.deep.include({ code: 0, stderr: '' });
    expect(shown(one)).to.deep.equal(['job run NAME [--as-of DAY]']);
    expect(one.stdout).to.match(/\n {6}\S/);
  });

  it('shows all that begin with a word, and refuses a word that none does', async () => {
    const both = await run('help', 'audit');
    expect(shown(both)).to.deep.equal(['audit verify [FILE]', 'audit export FILE']);
    const none = await run('help', 'adit');
    expect(none.code).to.equal(2);
    expect(none.stderr).to.include("There is no command 'adit'.");
    expect(none.stdout).to.equal('');
  });
});
