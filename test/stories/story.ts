// Tells a job as it happens: each step asks the API, prints what was asked, what was answered and
// the balances that moved, and the whole becomes one Markdown file. An unexpected answer fails
// the test.
import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { updating } from '../support/golden.ts';
import type { RealApp } from '../support/real-app.ts';
import type { Balances } from './balances.ts';
import { movedTables, readBalances } from './balances.ts';
import { StableNames } from './stable-names.ts';

export type Bilingual = readonly [zh: string, en: string];

export interface Step {
  readonly title: Bilingual;
  /** What a reader should know before the figures. */
  readonly note?: Bilingual;
  /** The username. */
  readonly by: string;
  /** Method and path below `/api/v1`. */
  readonly ask: `${'GET' | 'POST'} /${string}`;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Sent as If-Match. */
  readonly version?: number;
  readonly status: number;
  /** Member of the answer that holds a new id → the name under which the story prints it. */
  readonly names?: Readonly<Record<string, string>>;
  /** The part of a long answer that is printed. */
  readonly shows?: (answer: Answer) => unknown;
}

export type Answer = Readonly<Record<string, unknown>>;

export class Story {
  readonly #app: RealApp;
  readonly #names = new StableNames();
  readonly #text: string[];
  #balances: Balances | undefined;
  #steps = 0;
  #stepsInChapter = 0;
  #chapters = 0;

  constructor(app: RealApp, head: string) {
    this.#app = app;
    this.#text = [head.trim()];
  }

  chapter(title: Bilingual, about: Bilingual): void {
    this.#chapters += 1;
    this.#stepsInChapter = 0;
    this.#text.push(`## ${this.#chapters} ${title.join(' · ')}`, ...about);
  }

  /** From now on the id is printed as this name. */
  call(id: string, name: string): void {
    this.#names.call(id, name);
  }

  /** Asks, expects the status, prints; answers the body. */
  async step(step: Step): Promise<Answer> {
    this.#steps += 1;
    this.#stepsInChapter += 1;
    const { by, ask, body, version, status } = step;
    const [method = '', path = ''] = ask.split(' ');
    const before = (this.#balances ??= await readBalances((sql) => this.#app.rows(sql)));
    const token = await this.#app.tokenOf(by);
    const headers = {
      ...(method === 'GET' ? {} : { 'idempotency-key': `story-${this.#steps}` }),
      ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
    };
    const answered = await this.#app.ask({ method, path, token, headers, body });
    expect(answered.status, `${ask}: ${answered.text}`).to.equal(status);
    const answer = answered.body as Answer;
    for (const [member, name] of Object.entries(step.names ?? {})) {
      this.#names.call(String(answer[member]), name);
    }
    this.#balances = await readBalances((sql) => this.#app.rows(sql));
    this.#tell(step, answer, movedTables(before, this.#balances));
    return answer;
  }

  /** What was submitted is approved by another person, who is told the operation's own answer. */
  async approve(
    submitted: Answer,
    step: Pick<Step, 'title' | 'note' | 'by' | 'names' | 'shows'>,
  ): Promise<Answer> {
    const approvalId = String(submitted['approvalId']);
    const body = { decision: 'approve', reason: '资料齐全，同意' };
    return this.step({
      ...step,
      ask: `POST /approvals/${approvalId}/decisions`,
      body,
      status: 200,
    });
  }

  #tell(step: Step, answer: Answer, moved: readonly string[]): void {
    const { title, note, by, ask, body, version, status, shows } = step;
    const asked = [
      `\`${by}\` → \`${ask.replace(' /', ' /api/v1/')}\``,
      ...(version === undefined ? [] : [`\`If-Match: "${version}"\``]),
    ].join(' · ');
    this.#text.push(
      `### ${this.#chapters}.${this.#stepsInChapter} ${title.join(' · ')}`,
      ...(note ?? []),
      asked,
      ...(body ? [json(body)] : []),
      `回答 Answer **${status}**`,
      json(shows ? shows(answer) : answer),
      ...(moved.length === 0 ? [] : [`余额变动 Balances moved\n\n${moved.join('\n')}`]),
    );
  }

  markdown(): string {
    return `${this.#names.text(this.#text.join('\n\n'))}\n`;
  }
}

const json = (value: unknown): string => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;

/**
 * Fails when the file differs; `YUANXIN_TEST_UPDATE=1` writes it instead, to be read and
 * committed.
 */
export async function expectFile(file: string, text: string): Promise<void> {
  if (updating) {
    await writeFile(file, text);
    return;
  }
  const kept = await readFile(file, 'utf8').catch(() => '');
  const [a, b] = [kept, text].map((one) => one.split('\n')) as [string[], string[]];
  const line = b.findIndex((one, i) => one !== a[i]);
  const where = `${file}, line ${line + 1}; YUANXIN_TEST_UPDATE=1 rewrites it`;
  expect(text === kept, `${where}\n- ${a[line] ?? ''}\n+ ${b[line] ?? ''}`).to.equal(true);
}
