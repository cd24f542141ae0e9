/**
 * Suspension at once, resumption and removal with a second person. Suspended and removed firms keep
 * what they owe: every limit of their lines at that bank is frozen, nothing is deleted. Zone and
 * bank may both stop; only the bank lets its own limits go on.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import { exitReasons } from '../model-whitelist.ts';
import { creditRefusals as no } from '../refusals.ts';
import type { Move } from '../whitelist-moves.ts';
import { EntryMoved, moveEntry, moved } from '../whitelist-moves.ts';

const shape = { entryId: IdInput('wl'), reason: ReasonInput };
const output = EntryMoved.extend({ frozenNodes: z.array(z.string()) });
const approval = { always: true, permission: 'whitelist:approve' } as const;

export const suspendEntry = operation({
  name: 'credit.suspend-entry',
  title: { zh: '暂停白名单资格', en: 'Suspend a whitelist entry' },
  permission: 'whitelist:remove',
  versioned: true,
  input: z.strictObject(shape),
  output,
  async run(context, item) {
    const { entryId, reason } = item.input;
    const { expectedVersion } = item;
    const steps = () => ['SUSPENDED'] as const;
    const decide = () => ({ reason, limits: 'freeze' as const });
    const move: Move = { item, entryId, expectedVersion, steps, decide };
    const after = await moveEntry(context, move);
    return { ...moved(after), frozenNodes: [...after.frozenNodes] };
  },
});

export const resumeEntry = operation({
  name: 'credit.resume-entry',
  title: { zh: '恢复白名单资格', en: 'Resume a whitelist entry' },
  permission: 'whitelist:remove',
  approval,
  versioned: true,
  input: z.strictObject(shape),
  output,
  async run(context, item) {
    const { entryId, reason } = item.input;
    const { expectedVersion } = item;
    const steps = () => ['ACTIVE'] as const;
    const decide: Move['decide'] = ({ state, ownerId }) => {
      // From acceptance it becomes active by the bank's word that the conditions are met.
      if (state !== 'SUSPENDED') {
        return new Failure(no['entry-step'], { entryId, state, to: 'ACTIVE' });
      }
      const mayThaw = item.actor.organisationId === ownerId || item.actor.scope.zones === '*';
      return mayThaw
        ? { reason, limits: 'thaw' }
        : new Failure(no['entry-not-owned'], { entryId, bankId: ownerId });
    };
    const move: Move = { item, entryId, expectedVersion, steps, decide };
    const after = await moveEntry(context, move);
    return { ...moved(after), frozenNodes: [...after.frozenNodes] };
  },
});

export const exitEntry = operation({
  name: 'credit.exit-entry',
  title: { zh: '移出白名单', en: 'Remove from the whitelist' },
  permission: 'whitelist:remove',
  approval,
  versioned: true,
  input: z.strictObject({ ...shape, exitReason: z.enum(exitReasons) }),
  output,
  async run(context, item) {
    const { entryId, reason, exitReason } = item.input;
    const { expectedVersion } = item;
    const steps = () => ['EXITED'] as const;
    const decide: Move['decide'] = ({ state }) => ({
      reason,
      set: { exitReason },
      // A nomination that is withdrawn has opened no line.
      ...(state === 'ACTIVE' || state === 'SUSPENDED' ? { limits: 'freeze' as const } : {}),
    });
    const move: Move = { item, entryId, expectedVersion, steps, decide };
    const after = await moveEntry(context, move);
    return { ...moved(after), frozenNodes: [...after.frozenNodes] };
  },
});
