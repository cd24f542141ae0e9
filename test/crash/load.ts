// Drawdowns from many connections at once, and a memory of what was promised: which keys were
// answered with 201, and which were sent and never answered.
import { expect } from 'chai';
import type { Answered } from '../support/http.ts';
import { ask } from '../support/http.ts';

export const connections = 32;

interface Draw {
  readonly lineId: string;
  readonly amount: string;
  readonly valueOn: string;
  readonly dueOn: string;
  readonly purpose: string;
}

export class Load {
  /** Key → drawdown, of what was answered with 201. */
  readonly acknowledged = new Map<string, string>();
  /** Keys that were sent and not answered, or answered with "try again". */
  readonly open = new Set<string>();
  /** What no such request should hear. */
  readonly unexpected: string[] = [];
  readonly #bodies = new Map<string, Draw>();
  readonly #lineIds: readonly string[];
  readonly #token: string;
  #sent = 0;

  constructor(lineIds: readonly string[], token: string) {
    this.#lineIds = lineIds;
    this.#token = token;
  }

  get keys(): readonly string[] {
    return [...this.#bodies.keys()];
  }

  /** The sum of all that was asked for, in fen. */
  get fenAsked(): bigint {
    return [...this.#bodies.values()].reduce(
      (sum, { amount }) => sum + BigInt(amount.replace('.', '')),
      0n,
    );
  }

  /** Sends from every connection until the server is gone; resolves when all have noticed. */
  async run(url: string): Promise<void> {
    const connection = async (): Promise<void> => {
      while (await this.#send(url, this.#newKey()));
    };
    await Promise.all(Array.from({ length: connections }, connection));
  }

  /** Sends again what was not answered, under the same keys; answers how many had been done. */
  async retryOpen(url: string): Promise<{ replayed: number; fresh: number }> {
    const answers = await this.#again(url, [...this.open]);
    const replayed = answers.filter(isReplay).length;
    return { replayed, fresh: answers.length - replayed };
  }

  /** Sends again what was answered; each must be told the same, as a replay. */
  async retryAcknowledged(url: string, keys: readonly string[]): Promise<void> {
    const promised = keys.map((key) => this.acknowledged.get(key));
    const answers = await this.#again(url, keys);
    answers.forEach((answer, i) => {
      expect(answer.headers['idempotent-replayed'], answer.text).to.equal('true');
      expect(drawdownOf(answer)).to.equal(promised[i]);
    });
  }

  async #again(url: string, keys: readonly string[]): Promise<Answered[]> {
    const waiting = [...keys];
    const answers = new Map<string, Answered>();
    const connection = async (): Promise<void> => {
      for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
        const answer = await this.#ask(url, key);
        expect(answer.status, answer.text).to.equal(201);
        this.#acknowledge(key, answer);
        answers.set(key, answer);
      }
    };
    await Promise.all(Array.from({ length: connections }, connection));
    return keys.map((key) => answers.get(key) as Answered);
  }

  #newKey(): string {
    this.#sent += 1;
    const n = this.#sent;
    const key = `crash-${n}`;
    this.#bodies.set(key, {
      lineId: this.#lineIds[n % this.#lineIds.length] as string,
      // From 0.01 to 99.99, so that no two sums of many are equal by accident.
      amount: `${(n * 37) % 100}.${String(1 + ((n * 61) % 99)).padStart(2, '0')}`,
      valueOn: '2026-03-02',
      dueOn: '2027-03-01',
      purpose: '压力下放款',
    });
    return key;
  }

  /** False when the server is going or gone. */
  async #send(url: string, key: string): Promise<boolean> {
    this.open.add(key);
    let answer: Answered;
    try {
      answer = await this.#ask(url, key);
    } catch {
      return false;
    }
    if (answer.status === 503) return false;
    if (answer.status === 201) this.#acknowledge(key, answer);
    else this.unexpected.push(answer.text);
    return true;
  }

  #acknowledge(key: string, answer: Answered): void {
    this.acknowledged.set(key, drawdownOf(answer));
    this.open.delete(key);
  }

  #ask(url: string, key: string): Promise<Answered> {
    const authorization = `Bearer ${this.#token}`;
    const headers = { authorization, 'idempotency-key': key };
    const body = this.#bodies.get(key);
    return ask(url, { method: 'POST', path: '/api/v1/drawdowns', headers, body });
  }
}

const isReplay = ({ headers }: Answered): boolean => headers['idempotent-replayed'] === 'true';
const drawdownOf = ({ body }: Answered): string => (body as { drawdownId: string }).drawdownId;
