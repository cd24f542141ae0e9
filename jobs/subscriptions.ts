// Which event makes which operation happen. The key of such a run is the event's id, so an event that
// is read twice is acted on once.
import { dayInShanghai } from '../src/kernel/index.ts';
import type { StoredEvent } from '../src/platform/outbox.ts';

export interface Subscription {
  /** Names the runs it makes. */
  readonly name: string;
  readonly event: string;
  readonly operation: string;
  /** The operation's input. */
  input(event: StoredEvent): Readonly<Record<string, unknown>>;
}

export const subscriptions: readonly Subscription[] = [
  {
    // A figure that the zone reports belongs into the day's record at once.
    name: 'reported-leverage',
    event: 'insight.fact-reported',
    operation: 'insight.compute-leverage',
    input: ({ zoneId }) => ({ asOf: dayInShanghai(), zoneId }),
  },
];
