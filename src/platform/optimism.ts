/**
 * Remembers per queue whether its batches are worth running optimistically. A batch that had to be
 * run again costs twice, so after a disappointment the next ones are run carefully, twice as many
 * each time: near a full limit refusals are common, far from it they are not.
 */
import { isFailure } from '../kernel/failure.ts';

const mostCareful = 64;
const mostQueues = 10_000;

interface Mood {
  /** Batches still to be run carefully. */
  careful: number;
  /** How many the next disappointment adds. */
  penalty: number;
}

export class Optimism {
  readonly #moods = new Map<string, Mood>();

  /** Runs `work` optimistically if that has paid off for this queue, else carefully. */
  async run<T>(queue: string, work: (optimistic: boolean) => Promise<T>): Promise<T> {
    const mood = this.#moods.get(queue);
    if (mood && mood.careful > 0) {
      mood.careful -= 1;
      return work(false);
    }
    try {
      const result = await work(true);
      if (mood) this.#moods.delete(queue);
      return result;
    } catch (problem) {
      // A guard of the table may have said no before the rules could; they say why when asked.
      if (isFailure(problem)) throw problem;
      this.#disappoint(queue, mood?.penalty ?? 1);
      return work(false);
    }
  }

  #disappoint(queue: string, penalty: number): void {
    if (this.#moods.size >= mostQueues) this.#moods.clear();
    this.#moods.set(queue, { careful: penalty, penalty: Math.min(penalty * 2, mostCareful) });
  }
}
