/**
 * The institutions of the demo and its four zones. 示范园区 is generated and everybody works there;
 * the others hold reported figures, which its finance office wrote down for comparison, and the
 * generated rows behind them.
 */
import { openZone, registerOrganisation } from '../parties/index.ts';
import type { DemoBook } from './book.ts';

/**
 * The demo's book begins here, and no later day than the last stands in it: a reload is
 * identical.
 */
export const firstDay = '2025-06-01';
export const lastDay = '2026-11-20';

/** Why most lines of the demo go round the whitelist. */
export const outsideWhitelist = '演示数据：名单外授信';

/** Banks of Nansha, which its article counts but does not name. */
export const nanshaBankCount = 21;

const twoDigits = (n: number): string => String(n).padStart(2, '0');

const institutions = {
  bank1: { kind: 'bank', name: '示例银行甲', generated: true },
  bank2: { kind: 'bank', name: '示例银行乙', generated: true },
  manager: { kind: 'fund_manager', name: '示例基金管理公司', generated: true },
  office: { kind: 'zone_office', name: '示范园区财政金融办', generated: true },
  operator: { kind: 'operator', name: '园信运营', generated: true },
  // Named by its article. No drawdown, default, claim or ratio may ever stand under this name.
  nanningBank: { kind: 'bank', name: '中国建设银行广西分行', generated: false },
  nanshaFundHouse: { kind: 'fund_manager', name: '南沙基金管理人（生成）', generated: true },
  chengduFundHouse: { kind: 'fund_manager', name: '成都基金管理人（生成）', generated: true },
} as const;

export type Institution = keyof typeof institutions;

export interface Organisations {
  readonly ids: Readonly<Record<Institution, string>>;
  /** 合作银行01 to 21. */
  readonly nanshaBankIds: readonly string[];
}

export async function registerOrganisations(book: DemoBook): Promise<Organisations> {
  const named = Object.values(institutions);
  const nanshaBanks = Array.from({ length: nanshaBankCount }, (_, i) => ({
    kind: 'bank' as const,
    name: `合作银行${twoDigits(i + 1)}`,
    generated: true,
  }));
  const registered = await book.doMany(
    registerOrganisation,
    'organisation',
    [...named, ...nanshaBanks].map((one) => ({ ...one, since: firstDay })),
  );
  const ids = registered.map(({ organisationId }) => organisationId);
  return {
    ids: Object.fromEntries(
      Object.keys(institutions).map((name, i) => [name, ids[i]]),
    ) as Organisations['ids'],
    nanshaBankIds: ids.slice(named.length),
  };
}

export interface Zones {
  readonly park: string;
  readonly nanning: string;
  readonly nansha: string;
  readonly chengdu: string;
}

/** The office of 示范园区 sees all four; banks and managers see only the zone in which they work. */
export async function openZones(book: DemoBook, organisations: Organisations): Promise<Zones> {
  const {
    bank1,
    bank2,
    manager,
    office,
    operator,
    nanningBank,
    nanshaFundHouse,
    chengduFundHouse,
  } = organisations.ids;
  const zones = await book.doMany(openZone, 'zone', [
    {
      code: 'demo-park',
      name: '示范园区',
      nameEn: 'Demo park (generated)',
      kind: 'demo',
      openedOn: firstDay,
      memberIds: [bank1, bank2, manager, office, operator],
    },
    {
      code: 'reported-nanning',
      name: '南宁高新区（报道数据）',
      nameEn: 'Nanning High-tech Zone (reported figures)',
      kind: 'reported',
      openedOn: '2022-12-01',
      memberIds: [office, nanningBank],
    },
    {
      code: 'reported-nansha',
      name: '广州南沙（报道数据）',
      nameEn: 'Guangzhou Nansha (reported figures)',
      kind: 'reported',
      openedOn: '2024-01-01',
      memberIds: [office, nanshaFundHouse, ...organisations.nanshaBankIds],
    },
    {
      code: 'reported-chengdu',
      name: '成都高新区（报道数据）',
      nameEn: 'Chengdu High-tech Zone (reported figures)',
      kind: 'reported',
      openedOn: '2023-01-01',
      memberIds: [office, chengduFundHouse],
    },
  ]);
  const [park, nanning, nansha, chengdu] = zones.map(({ zoneId }) => zoneId);
  return { park, nanning, nansha, chengdu } as Zones;
}
