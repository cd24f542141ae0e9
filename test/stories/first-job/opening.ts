// Chapter 1: the register. Nothing moves yet.
import { makeUscc } from '../../../src/kernel/index.ts';
import type { RealApp } from '../../support/real-app.ts';
import { bankPeople, fundPeople, hire, officePeople, openOperator } from '../park.ts';
import type { Story } from '../story.ts';

/** The ids that later chapters need. */
export interface Park {
  readonly zoneId: string;
  readonly bankId: string;
  readonly officeId: string;
  readonly managerId: string;
  /** The core enterprise, its supplier, and a small borrower. */
  readonly coreId: string;
  readonly supplierId: string;
  readonly borrowerId: string;
  /** Of the agreement, known after the chapter of credit. */
  masterNodeId?: string;
  segmentId?: string;
}

const since = '2026-01-05';

export async function tellOpening(app: RealApp, story: Story): Promise<Park> {
  const operatorId = await openOperator(app);
  story.call(operatorId, 'org_operator');
  story.chapter(
    ['开设园区', 'Opening the zone'],
    [
      '系统管理员登记机构、开设园区；园区财政登记企业。',
      'The system officer registers institutions and opens the zone; its office ' +
        'registers enterprises.',
    ],
  );
  const register = async (kind: string, name: string, en: string, as: string): Promise<string> => {
    const { organisationId } = await story.step({
      title: [`登记${name}`, `Register the ${en}`],
      by: 'admin',
      ask: 'POST /organisations',
      body: { kind, name, generated: true, since },
      status: 201,
      names: { organisationId: as },
    });
    return String(organisationId);
  };
  const bankId = await register('bank', '示例银行甲', 'bank', 'org_bank');
  const officeId = await register('zone_office', '青禾园区财政金融办', 'zone office', 'org_office');
  const managerId = await register('fund_manager', '青禾基金管理公司', 'fund manager', 'org_fund');
  const { zoneId } = await story.step({
    title: ['开设青禾高新区', 'Open the zone'],
    by: 'admin',
    ask: 'POST /zones',
    body: {
      code: 'qinghe',
      name: '青禾高新区（生成）',
      nameEn: 'Qinghe High-tech Zone (generated)',
      kind: 'demo',
      openedOn: since,
      memberIds: [bankId, officeId, managerId],
    },
    status: 201,
    names: { zoneId: 'zone_qinghe' },
  });
  await hire(app, bankId, bankPeople);
  await hire(app, officeId, officePeople);
  await hire(app, managerId, fundPeople);
  const enterprise = async (
    serial: number,
    name: string,
    en: string,
    more: Readonly<Record<string, unknown>>,
    as: string,
  ): Promise<string> => {
    const { enterpriseId } = await story.step({
      title: [`登记${name}`, `Register the ${en}`],
      by: 'zone.finance',
      ask: 'POST /enterprises',
      body: {
        zoneId: String(zoneId),
        uscc: makeUscc('000000', serial),
        name: `${name}（生成）`,
        ...more,
        generated: true,
        registeredOn: since,
      },
      status: 201,
      names: { enterpriseId: as },
    });
    return String(enterpriseId);
  };
  const core = { industry: '高端装备', chainPosition: 'core' };
  const upstream = { industry: '高端装备', chainPosition: 'upstream' };
  return {
    zoneId: String(zoneId),
    bankId,
    officeId,
    managerId,
    coreId: await enterprise(9001, '青禾智造', 'core enterprise', core, 'ent_core'),
    supplierId: await enterprise(9002, '青禾精工', 'supplier', upstream, 'ent_supplier'),
    borrowerId: await enterprise(
      9003,
      '青禾新材',
      'small borrower',
      { industry: '新材料' },
      'ent_borrower',
    ),
  };
}
