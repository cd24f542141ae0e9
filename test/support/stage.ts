// A zone with its office, two banks and two firms on a database of their own.
import { openZone, registerEnterprise, registerOrganisation } from '../../src/parties/index.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import type { Ports } from '../../src/platform/perform.ts';
import type { Scope } from '../../src/platform/transaction.ts';
import type { Base } from './base.ts';
import { actorOf, ago, openBase } from './base.ts';

export type { Answer } from './base.ts';
export { ago, freshKey, today } from './base.ts';

export interface Stage extends Base {
  readonly zoneId: string;
  readonly officeId: string;
  readonly bankId: string;
  readonly otherBankId: string;
  readonly firmId: string;
  readonly otherFirmId: string;
  readonly office: Actor;
  readonly bank: Actor;
  readonly otherBank: Actor;
}

export async function openStage(ports: Partial<Ports> = {}): Promise<Stage> {
  const base = await openBase(ports);
  const idOf = async (name: string, operation: Operation, input: unknown): Promise<string> =>
    String((await base.done(operation, input, base.root))[name]);

  const organisation = (kind: string, name: string) =>
    idOf('organisationId', registerOrganisation, { kind, name, since: ago(2000) });
  const officeId = await organisation('zone_office', '示例高新区财政局');
  const bankId = await organisation('bank', '示例银行甲');
  const otherBankId = await organisation('bank', '示例银行乙');
  const zoneId = await idOf('zoneId', openZone, {
    code: 'demo',
    name: '示例高新区',
    nameEn: 'Demo',
    openedOn: ago(2000),
    memberIds: [officeId, bankId, otherBankId],
  });
  const firm = (uscc: string, name: string) =>
    idOf('enterpriseId', registerEnterprise, { zoneId, uscc, name, registeredOn: ago(2000) });
  const inZone = (owners: Scope['owners']): Scope => ({ zones: [zoneId], owners });
  return {
    ...base,
    zoneId,
    officeId,
    bankId,
    otherBankId,
    firmId: await firm('91350100M000100Y43', '示例中试企业'),
    otherFirmId: await firm('91110108551385082Q', '示例科技企业'),
    office: actorOf(officeId, inZone('*')),
    bank: actorOf(bankId, inZone([bankId])),
    otherBank: actorOf(otherBankId, inZone([otherBankId])),
  };
}
