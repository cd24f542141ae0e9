/**
 * Establishes a mother, sub- or pilot fund in the book of its manager, with the rules of its
 * terms.
 */
import { z } from 'zod';
import type { Rate } from '../../kernel/index.ts';
import { Failure, newId, sentence } from '../../kernel/index.ts';
import { membersOf, zonesInScope } from '../../parties/index.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  PositiveAmountInput,
  ShareInput,
  TextInput,
} from '../../platform/schemas.ts';
import type { Scope } from '../../platform/transaction.ts';
import type { Fund, ShareRule } from '../model.ts';
import { fundKinds } from '../model.ts';
import { fundRefusals as no } from '../refusals.ts';
import { insertFund } from '../store.ts';

const input = z
  .strictObject({
    zoneId: IdInput('zone'),
    /** Whose book; the caller's own organisation when absent. */
    managerId: IdInput('org').optional(),
    kind: z.enum(fundKinds),
    name: TextInput(120),
    targetSize: PositiveAmountInput.optional(),
    establishedOn: DayInput,
    firstCallMinimumShare: ShareInput.optional(),
    firstCallMinimumClause: TextInput(300).optional(),
    concentrationShare: ShareInput.optional(),
    concentrationClause: TextInput(300).optional(),
    generated: z.boolean().default(false),
  })
  .refine(
    (terms) =>
      (terms.firstCallMinimumShare === undefined) === (terms.firstCallMinimumClause === undefined),
    {
      path: ['firstCallMinimumClause'],
      message: sentence('比例与其条款须一并填写', 'a share and its clause come together'),
    },
  )
  .refine(
    (terms) =>
      (terms.concentrationShare === undefined) === (terms.concentrationClause === undefined),
    {
      path: ['concentrationClause'],
      message: sentence('比例与其条款须一并填写', 'a share and its clause come together'),
    },
  );

const inScope = ({ owners }: Scope, id: string): boolean => owners === '*' || owners.includes(id);

const rule = (share: Rate | undefined, clause: string | undefined): ShareRule | undefined =>
  share && clause !== undefined ? { share, clause } : undefined;

export const establishFund = operation({
  name: 'funds.establish-fund',
  title: { zh: '设立基金', en: 'Establish a fund' },
  permission: 'funds:establish',
  input,
  output: z.object({ fundId: IdText, state: z.string(), version: z.number() }),
  async run(context, item) {
    const { tx, now, today } = context;
    const terms = item.input;
    const { zoneId, establishedOn } = terms;
    const managerId = terms.managerId ?? item.actor.organisationId;
    const [zone] = await zonesInScope(tx, zoneId);
    if (!zone) throw new Failure(no['zone-missing'], { zoneId });
    context.concern(item, zoneId);
    const managers = (await membersOf(tx, zoneId)).filter(({ kind }) => kind === 'fund_manager');
    if (!managers.some(({ id }) => id === managerId) || !inScope(item.actor.scope, managerId)) {
      throw new Failure(no['fund-manager-missing'], { zoneId, managerId });
    }
    if (establishedOn > today) {
      throw new Failure(no['value-day-in-future'], { valueOn: establishedOn, today });
    }
    const fund: Fund = {
      id: newId('fund'),
      zoneId,
      ownerId: managerId,
      kind: terms.kind,
      name: terms.name,
      targetSize: terms.targetSize,
      state: 'ESTABLISHED',
      establishedOn,
      firstCallMinimum: rule(terms.firstCallMinimumShare, terms.firstCallMinimumClause),
      concentration: rule(terms.concentrationShare, terms.concentrationClause),
      generated: terms.generated,
      version: 1,
    };
    if (!(await insertFund(tx, fund, { operationId: item.operationId, now }))) {
      throw new Failure(no['fund-exists'], { managerId, name: fund.name });
    }
    context.emit(item, {
      name: 'funds.fund-established',
      zoneId,
      ownerId: managerId,
      subjectId: fund.id,
      payload: { kind: fund.kind, name: fund.name, establishedOn },
    });
    return { fundId: fund.id, state: fund.state, version: 1 };
  },
});
