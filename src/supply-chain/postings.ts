/**
 * Business fact → journal, in the financing bank's book. The face is what is owed to it, so the
 * discount is earned on the day of payment; the book keeps it apart from the money that went out.
 */
import type { Day } from '../kernel/index.ts';
import { newId } from '../kernel/index.ts';
import type { AccountKind, AccountRef, Journal } from '../ledger/index.ts';
import { credit, debit } from '../ledger/index.ts';
import type { Financing } from './model.ts';

const account = (of: Financing, kind: AccountKind, subjectId: string): AccountRef => ({
  zoneId: of.zoneId,
  ownerId: of.ownerId,
  kind,
  subjectId,
});

/** The bank pays the holder the face less the discount; the core enterprise owes it the face. */
export const financingJournal = (one: Financing): Journal => ({
  id: newId('jnl'),
  kind: 'supply-chain.financing',
  valueOn: one.valueOn,
  sourceId: one.id,
  operationId: one.operationId,
  lines: [
    debit(account(one, 'certificate-financed', one.programmeId), one.face),
    credit(account(one, 'bank-funding', one.ownerId), one.net),
    credit(account(one, 'interest-received', one.ownerId), one.interest),
  ],
});

/** The core enterprise pays the face at maturity. */
export const settlementJournal = (
  one: Financing,
  cause: { readonly valueOn: Day; readonly operationId: string },
): Journal => ({
  id: newId('jnl'),
  kind: 'supply-chain.settlement',
  sourceId: one.id,
  ...cause,
  lines: [
    debit(account(one, 'bank-funding', one.ownerId), one.face),
    credit(account(one, 'certificate-financed', one.programmeId), one.face),
  ],
});
