/**
 * Opens the chain limit of one bank for one core enterprise: a HARD, revolving node of its own or
 * below the bank's agreement. A bank keeps one live programme per core enterprise, because its
 * exposure to that enterprise is limited in one place (银发〔2025〕77号).
 */
import { z } from 'zod';
import { Failure, newId, sentence } from '../../kernel/index.ts';
import { createNodes, limitRefusals, readNodes } from '../../limits/index.ts';
import { enterprisesById, membersOf, partyRefusals, zonesInScope } from '../../parties/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  DayInput,
  IdInput,
  IdText,
  PositiveAmountInput,
  TextInput,
} from '../../platform/schemas.ts';
import type { Programme } from '../model.ts';
import { supplyChainRefusals as no } from '../refusals.ts';
import { addProgramme } from '../store-terms.ts';

const input = z
  .strictObject({
    zoneId: IdInput('zone'),
    bankId: IdInput('org'),
    coreEnterpriseId: IdInput('ent'),
    name: TextInput(),
    limit: PositiveAmountInput,
    parentNodeId: IdInput('lim').optional(),
    maxTiers: z.number().int().min(1).max(10).default(3),
    startsOn: DayInput,
    expiresOn: DayInput,
    generated: z.boolean().default(false),
  })
  .refine((one) => one.expiresOn > one.startsOn, {
    path: ['expiresOn'],
    message: sentence('止日须晚于起日', 'the programme ends after it starts'),
  });
type Input = z.output<typeof input>;

const mayActFor = ({ actor }: Item<Input>, bankId: string): boolean =>
  actor.scope.owners === '*' || actor.scope.owners.includes(bankId);

/** Throws what is missing: zone, bank, core enterprise or the node to hang below. */
async function demandParties({ tx }: Context, item: Item<Input>): Promise<void> {
  const { zoneId, bankId, coreEnterpriseId, parentNodeId } = item.input;
  const [zone] = await zonesInScope(tx, zoneId);
  if (!zone) throw new Failure(partyRefusals['zone-missing'], { zoneId });
  const bank = (await membersOf(tx, zoneId)).find((member) => member.id === bankId);
  if (bank?.kind !== 'bank' || !mayActFor(item, bankId)) {
    throw new Failure(no['bank-missing'], { bankId, zoneId });
  }
  const core = (await enterprisesById(tx, [coreEnterpriseId])).get(coreEnterpriseId);
  if (core?.zoneId !== zoneId) {
    throw new Failure(partyRefusals['enterprise-missing'], { enterpriseId: coreEnterpriseId });
  }
  if (parentNodeId === undefined) return;
  const parent = (await readNodes(tx, [parentNodeId])).get(parentNodeId);
  if (parent?.zoneId !== zoneId || parent.ownerId !== bankId) {
    throw new Failure(limitRefusals['parent-missing'], { nodeId: parentNodeId });
  }
}

export const openProgramme = operation({
  name: 'supply-chain.open-programme',
  title: { zh: '设立供应链项目', en: 'Open a supply-chain programme' },
  permission: 'chain:programme-open',
  approval: { amount: (one: Input) => one.limit, permission: 'chain:approve' },
  input,
  output: z.object({ programmeId: IdText, nodeId: IdText }),
  async run(context, item) {
    const { bankId, limit, parentNodeId, ...terms } = item.input;
    await demandParties(context, item);
    const { tx } = context;
    context.concern(item, terms.zoneId);
    const programme: Programme = {
      id: newId('prog'),
      ownerId: bankId,
      nodeId: newId('lim'),
      state: 'ACTIVE',
      ...terms,
    };
    const { id: programmeId, zoneId, ownerId, nodeId } = programme;
    await createNodes(tx, [
      {
        id: nodeId,
        zoneId,
        ownerId,
        parentId: parentNodeId,
        name: terms.name,
        kind: 'CORE_PROGRAM',
        subjectId: programmeId,
        revolving: 'R',
        enforcement: 'HARD',
        limit,
        startsOn: terms.startsOn,
        expiresOn: terms.expiresOn,
      },
    ]);
    if (!(await addProgramme(tx, programme))) {
      throw new Failure(no['programme-exists'], { coreEnterpriseId: terms.coreEnterpriseId });
    }
    context.emit(item, {
      name: 'supply-chain.programme-opened',
      zoneId,
      ownerId,
      subjectId: programmeId,
      payload: { coreEnterpriseId: terms.coreEnterpriseId, nodeId, limit },
    });
    return { programmeId, nodeId };
  },
});
