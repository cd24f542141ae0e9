// Who works with limits in tests: people of two banks and of the zone office, and the performer
// that carries out what they ask, with every approval granted unless a test wants to see the
// filing.
import type { Failure } from '../../src/kernel/index.ts';
import { Failure as Refused, newId } from '../../src/kernel/index.ts';
import { incidentEffects, limitEffects } from '../../src/limits/index.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import type { Outcome } from '../../src/platform/perform.ts';
import { Performer } from '../../src/platform/perform.ts';
import { platformRefusals } from '../../src/platform/refusals.ts';
import type { Scope } from '../../src/platform/transaction.ts';
import { everything } from '../../src/platform/transaction.ts';
import type { LimitTestBook } from './book.ts';
import { bankId, zoneId } from './book.ts';

const permissions = new Set(['limits:manage', 'limits:read', 'limits:approve', 'toys:write']);

const person = (name: string, organisationId: string, scope: Scope): Actor => ({
  userId: `user_${name}`,
  personId: `person_${name}`,
  organisationId,
  permissions,
  scope,
});

export const otherBankId = 'org_bank2';
export const officeId = 'org_office';
export const banker = person('banker', bankId, { zones: [zoneId], owners: [bankId] });
export const otherBanker = person('other', otherBankId, { zones: [zoneId], owners: [otherBankId] });
export const officer = person('officer', officeId, { zones: [zoneId], owners: '*' });
export const stranger = person('stranger', 'org_far', { zones: ['zone_far'], owners: ['org_far'] });
export const job: Actor = person('job', 'system', everything);

export function makePerformer(book: LimitTestBook, options: { approvals?: boolean } = {}) {
  return new Performer(book.db, {
    authorise: (actor, permission) =>
      actor.permissions.has(permission)
        ? undefined
        : new Refused(platformRefusals.forbidden, { permission }),
    needsApproval: (operation) => options.approvals === true && operation.approval?.always === true,
    submit: () => Promise.resolve(newId('approval')),
    effects: [limitEffects, incidentEffects],
    observe: () => undefined,
  });
}

let keys = 0;

/** Performs with a fresh key. */
export const ask = (
  performer: Performer,
  operation: Operation,
  actor: Actor,
  input: unknown,
  expectedVersion?: number,
): Promise<Outcome> => {
  keys += 1;
  return performer.perform(operation, actor, input, `key-${keys}`, { expectedVersion });
};

/** The refusal of an outcome; undefined when it was done. */
export const refusalOf = (outcome: Outcome): Failure | undefined =>
  outcome.kind === 'refused' ? outcome.failure : undefined;

export function outputOf(outcome: Outcome): unknown {
  if (outcome.kind === 'done') return outcome.output;
  throw new Error(`not done: ${JSON.stringify(outcome)}`);
}
