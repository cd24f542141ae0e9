/**
 * The one place that says which rows an organisation's people see. Everything else (row-level
 * security, batches, inboxes, lists of users) follows from the scope computed here.
 */
import type { OrganisationKind } from '../parties/index.ts';
import type { Actor } from '../platform/operation.ts';
import type { Scope } from '../platform/transaction.ts';
import { everything } from '../platform/transaction.ts';

/** What a sign-in sees before it is known who signs in: no business row at all. */
export const nothing: Scope = { zones: [], owners: [] };

/**
 * A bank, fund manager or enterprise sees its own rows in its zones; a zone office all rows of its
 * zones; an operator its own rows of every zone; an operator's auditor everything.
 */
export function scopeOf(
  organisation: { readonly kind: OrganisationKind; readonly id: string },
  zones: readonly string[],
  seesEverything: boolean,
): Scope {
  switch (organisation.kind) {
    case 'bank':
    case 'fund_manager':
    case 'enterprise':
      return { zones, owners: [organisation.id] };
    case 'zone_office':
      return { zones, owners: '*' };
    case 'operator':
      return seesEverything ? everything : { zones: '*', owners: [organisation.id] };
  }
}

/** Users are administered and listed across organisations by those who see all zones only. */
export const reachesUsersOf = (actor: Actor, organisationId: string): boolean =>
  actor.scope.zones === '*' || actor.organisationId === organisationId;
