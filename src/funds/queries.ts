/**
 * The read side: funds with their figures as of a day, and one fund with its partners and steps.
 */
import { z } from 'zod';
import type { Day } from '../kernel/index.ts';
import { Failure } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import { DayText, IdInput, IdText, MoneyText, listOf, pageShape } from '../platform/schemas.ts';
import { sql } from '../platform/sql.ts';
import type { Figures } from './figures.ts';
import {
  amountsOf,
  asOfFrom,
  figureSteps,
  figuresOfFunds,
  figuresOfPartners,
  timeShape,
} from './figures.ts';
import type { FundKind, FundState, ShareRule } from './model.ts';
import { classOfSource, fundKinds } from './model.ts';
import { fundRefusals as no } from './refusals.ts';
import { StepOutput } from './step-output.ts';
import { fundById, partnersOf } from './store.ts';

const amounts = {
  committed: MoneyText,
  called: MoneyText,
  paidIn: MoneyText,
  invested: MoneyText,
  unfunded: MoneyText,
  cash: MoneyText,
};

const FundOutput = z.object({
  fundId: IdText,
  zoneId: IdText,
  managerId: IdText,
  kind: z.enum(fundKinds),
  name: z.string(),
  targetSize: MoneyText.nullable(),
  state: z.string(),
  establishedOn: DayText,
  generated: z.boolean(),
  version: z.number().int(),
  asOf: DayText,
  ...amounts,
});

/** A fund invests from its first outlay on; before that day it was only established. */
const stateThen = (state: FundState, { invested }: Figures): FundState =>
  state === 'INVESTING' && invested.facts === 0 ? 'ESTABLISHED' : state;

interface ListedFund {
  readonly fundId: string;
  readonly zoneId: string;
  readonly managerId: string;
  readonly kind: FundKind;
  readonly name: string;
  readonly targetSize: string | null;
  readonly state: FundState;
  readonly establishedOn: Day;
  readonly generated: boolean;
  readonly version: number;
}

export const listFunds = query({
  name: 'funds.list-funds',
  title: { zh: '基金列表', en: 'List funds' },
  permission: 'funds:read',
  input: z.strictObject({
    zoneId: IdInput('zone').optional(),
    kind: z.enum(fundKinds).optional(),
    ...timeShape,
    ...pageShape,
  }),
  output: listOf(FundOutput),
  async run({ tx, today }, { zoneId, kind, asOf, knownAt, ...place }) {
    const at = asOfFrom({ asOf, knownAt }, today);
    const rows = sql('funds_funds')
      .select({
        fundId: 'id',
        zoneId: 'zone_id',
        managerId: 'owner_id',
        kind: 'kind',
        name: 'name',
        targetSize: 'target_size',
        state: 'state',
        establishedOn: 'established_on',
        generated: 'generated',
        version: sql.raw('version::int'),
      })
      .where('established_on', '<=', at.day);
    if (knownAt !== undefined) rows.where('recorded_at', '<=', knownAt);
    if (zoneId !== undefined) rows.where({ zone_id: zoneId });
    if (kind !== undefined) rows.where({ kind });
    const page = await pageOf<ListedFund>(tx, rows, place, { by: 'fundId' });
    const figuresOf = await figuresOfFunds(
      tx,
      page.items.map(({ fundId }) => fundId),
      at,
    );
    const items = page.items.map((fund) => {
      const figures = figuresOf(fund.fundId);
      const state = stateThen(fund.state, figures);
      return { ...fund, state, asOf: at.day, ...amountsOf(figures) };
    });
    return { ...page, items };
  },
});

const RuleOutput = z.object({ share: z.string(), clause: z.string() }).nullable();
const ruleText = (rule: ShareRule | undefined) =>
  rule ? { share: rule.share.toString(), clause: rule.clause } : null;

const PartnerOutput = z.object({
  partnerId: IdText,
  name: z.string(),
  partnerFundId: IdText.nullable(),
  source: z.string().nullable(),
  sourceClass: z.string().nullable(),
  committed: MoneyText,
  called: MoneyText,
  paidIn: MoneyText,
  unfunded: MoneyText,
});

export const showFund = query({
  name: 'funds.show-fund',
  title: { zh: '基金详情', en: 'Show a fund' },
  permission: 'funds:read',
  input: z.strictObject({ fundId: IdInput('fund'), ...timeShape }),
  output: FundOutput.extend({
    firstCallMinimum: RuleOutput,
    concentration: RuleOutput,
    partners: z.array(PartnerOutput),
    steps: z.array(StepOutput),
  }),
  async run({ tx, today }, { fundId, ...time }) {
    const at = asOfFrom(time, today);
    const fund = await fundById(tx, fundId);
    if (!fund) throw new Failure(no['fund-missing'], { fundId });
    const figures = (await figuresOfFunds(tx, [fundId], at))(fundId);
    const partnerFigures = await figuresOfPartners(tx, fundId, at);
    const partners = (await partnersOf(tx, fundId)).flatMap(
      ({ id, name, partnerFundId, source }) => {
        const of = partnerFigures(id);
        if (of.committed.facts === 0) return [];
        const { committed, called, paidIn, unfunded } = amountsOf(of);
        const sourceClass = source ? classOfSource[source] : null;
        return {
          partnerId: id,
          name,
          partnerFundId: partnerFundId ?? null,
          source: source ?? null,
          sourceClass,
          committed,
          called,
          paidIn,
          unfunded,
        };
      },
    );
    return {
      fundId,
      zoneId: fund.zoneId,
      managerId: fund.ownerId,
      kind: fund.kind,
      name: fund.name,
      targetSize: fund.targetSize?.toString() ?? null,
      state: stateThen(fund.state, figures),
      establishedOn: fund.establishedOn,
      generated: fund.generated,
      version: fund.version,
      asOf: at.day,
      ...amountsOf(figures),
      firstCallMinimum: ruleText(fund.firstCallMinimum),
      concentration: ruleText(fund.concentration),
      partners,
      steps: figureSteps(fundId, figures, at),
    };
  },
});
