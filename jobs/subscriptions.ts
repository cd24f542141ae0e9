// Which event makes which operation happen. The key of such a run is the event's id, so an event
// that is read twice is acted on once.
import type { StoredEvent } from '../src/platform/outbox.ts';

export interface Subscription {
  /** Names the runs it makes. */
  readonly name: string;
  readonly event: string;
  readonly operation: string;
  /** The operation's input. */
  input(event: StoredEvent): Readonly<Record<string, unknown>>;
}

/** None yet: what the modules do about each other's news they do in their own operations. */
export const subscriptions: readonly Subscription[] = [];
