/**
 * The inbox: what I may decide, what I made, and one request with all that was filed and rehearsed.
 */
import type { Knex } from 'knex';
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import type { Names } from '../platform/names.ts';
import { readNames } from '../platform/names.ts';
import type { Actor, Query } from '../platform/operation.ts';
import { query } from '../platform/operation.ts';
import { pageOf } from '../platform/page.ts';
import {
  DayText,
  IdInput,
  IdText,
  InstantText,
  MoneyText,
  listOf,
  pageShape,
} from '../platform/schemas.ts';
import type { Tx } from '../platform/transaction.ts';
import type { AboutWhat } from './asked.ts';
import { aboutWhat, amountAsked } from './asked.ts';
import type { Catalogue } from './carry-out.ts';
import type { Tier } from './model.ts';
import { requestStates } from './model.ts';
import { approvalRefusals as no } from './refusals.ts';
import { allTiers } from './store.ts';
import { sql as build } from '../platform/sql.ts';

const RequestOutput = z.object({
  approvalId: IdText,
  zoneId: IdText.nullable(),
  ownerId: IdText,
  operation: z.string(),
  title: z.object({ zh: z.string(), en: z.string() }),
  about: z
    .object({
      id: IdText.nullable(),
      name: z.string().nullable(),
      more: z.number().int(),
    })
    .nullable()
    .meta({ description: '所涉企业、额度、基金等；批量的列第一个及其余个数' }),
  amount: MoneyText.nullable().meta({
    description:
      '所涉金额：按审批额度衡量的，或经办人所填、试算所得（约定条款、展期、重组的本金，减免、拨付、冲销、核销等）',
  }),
  permission: z.string(),
  tierVersion: z.number().int().nullable(),
  makerId: IdText,
  makerName: z.string(),
  state: z.enum(requestStates),
  version: z.number().int(),
  madeAt: InstantText,
  expiresAt: InstantText,
  decidedBy: IdText.nullable(),
  deciderName: z.string().nullable(),
  decidedAt: InstantText.nullable(),
  reason: z.string().nullable(),
  mayDecide: z.boolean(),
  mayWithdraw: z.boolean(),
});

const columns = {
  id: 'r.id',
  zoneId: 'r.zone_id',
  ownerId: 'r.owner_id',
  operation: 'r.operation',
  amount: 'r.amount',
  permission: 'r.permission',
  tierVersion: 'r.tier_version',
  makerId: 'r.maker_id',
  makerPersonId: 'r.maker_person_id',
  makerName: 'm.name',
  madeAt: 'r.made_at',
  expiresAt: 'r.expires_at',
  decidedBy: 'r.decided_by',
  deciderName: 'd.name',
  decidedAt: 'r.decided_at',
  reason: 'r.reason',
  input: 'r.input',
  rehearsed: 'r.rehearsed',
  effects: 'r.effects',
} as const;

const details = {
  result: 'r.result',
  filedOperationId: 'r.filed_operation_id',
  decidedOperationId: 'r.decided_operation_id',
} as const;

type Shown = Omit<
  z.output<typeof RequestOutput>,
  | 'approvalId'
  | 'title'
  | 'about'
  | 'madeAt'
  | 'expiresAt'
  | 'decidedAt'
  | 'mayDecide'
  | 'mayWithdraw'
>;

interface RequestRow extends Shown {
  readonly id: string;
  readonly makerPersonId: string;
  readonly madeAt: Date;
  readonly expiresAt: Date;
  readonly decidedAt: Date | null;
  readonly input: unknown;
  readonly rehearsed: unknown;
  readonly effects: Record<string, unknown> | null;
}

/** What requests are read with: every operation, and what every module's ids stand for. */
export interface Known {
  readonly catalogue: Catalogue;
  readonly names: () => Names;
}

/** Requests in scope; one whose time is over reads EXPIRED before the job has closed it. */
function requests(now: Date, more: Readonly<Record<string, string>> = {}): Knex.QueryBuilder {
  const state = `case when r.state = 'PENDING' and r.expires_at <= ? then 'EXPIRED'
    else r.state end as state`;
  const rows = build
    .select({ ...columns, ...more })
    .select(build.raw(state, [now]), build.raw('r.version::int as version'))
    .from('approvals_requests as r')
    .join('identity_users_v as m', 'm.id', 'r.maker_id')
    .leftJoin('identity_users_v as d', 'd.id', 'r.decided_by');
  return build.select('*').from(rows.as('requests'));
}

/** The rows as their reader sees them; what they are about is named within the reader's scope. */
async function shown<R extends RequestRow>(
  tx: Tx,
  rows: readonly R[],
  actor: Actor,
  { catalogue, names }: Known,
) {
  const abouts = rows.map((row) => aboutWhat(row.input));
  const named = await readNames(
    tx,
    abouts.flatMap((about) => about?.id ?? []),
    names(),
  );
  const operationOf = (name: string) => catalogue().find((operation) => operation.name === name);
  const titleOf = (name: string) => operationOf(name)?.title ?? { zh: name, en: name };
  const nameOf = ({ id, name }: AboutWhat): string | null =>
    id === null ? name && titleOf(name).zh : (named.get(id) ?? null);
  return rows.map((row, i) => {
    const { id, makerPersonId, madeAt, expiresAt, decidedAt, ...rest } = row;
    const open = row.state === 'PENDING';
    const own = makerPersonId === actor.personId;
    const about = abouts[i] ?? null;
    return {
      ...rest,
      approvalId: id,
      title: titleOf(row.operation),
      about: about && { ...about, name: nameOf(about) },
      amount: amountAsked({ ...row, stake: operationOf(row.operation)?.approval?.stake }),
      madeAt: madeAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      decidedAt: decidedAt?.toISOString() ?? null,
      mayDecide: open && !own && mayDecide(actor, row.permission),
      mayWithdraw: open && own,
    };
  });
}

const mayDecide = ({ permissions }: Actor, permission: string): boolean =>
  permissions.has('approvals:decide') && permissions.has(permission);

const inbox = (known: Known): Query =>
  query({
    name: 'approvals.requests',
    title: { zh: '审批待办', en: 'Requests for approval' },
    permission: 'approvals:read',
    input: z.strictObject({
      ...pageShape,
      box: z
        .enum(['to-decide', 'made', 'all'])
        .default('all')
        .meta({ description: '待我审批、我经办的、全部' }),
      state: z.enum(requestStates).optional(),
      operation: z.string().max(80).optional(),
      zoneId: IdInput('zone').optional().meta({ description: '该园区的，以及不属于任何园区的' }),
    }),
    output: listOf(RequestOutput),
    async run({ tx, actor, now }, { box, state, operation, zoneId, ...place }) {
      const rows = requests(now);
      if (state !== undefined) rows.where({ state });
      if (operation !== undefined) rows.where({ operation });
      if (zoneId !== undefined) {
        rows.where((either) => void either.where({ zoneId }).orWhereNull('zoneId'));
      }
      if (box === 'made') rows.where({ makerPersonId: actor.personId });
      if (box === 'to-decide') {
        const decides = actor.permissions.has('approvals:decide') ? [...actor.permissions] : [];
        rows.where({ state: 'PENDING' }).whereIn('permission', decides);
        rows.whereNot({ makerPersonId: actor.personId });
      }
      const found = await pageOf<RequestRow>(tx, rows, place, { descending: true });
      const items = (await shown(tx, found.items, actor, known)).map(
        ({ input: _input, rehearsed: _rehearsed, effects: _effects, ...row }) => row,
      );
      return { ...found, items };
    },
  });

const detail = (known: Known): Query =>
  query({
    name: 'approvals.request',
    title: { zh: '审批详情', en: 'One request for approval' },
    permission: 'approvals:read',
    input: z.strictObject({ approvalId: IdInput('appr') }),
    output: RequestOutput.extend({
      input: z.unknown().meta({ description: '经办人提交的内容' }),
      rehearsed: z.unknown().meta({ description: '提交时试算的结果' }),
      effects: z
        .record(z.string(), z.unknown())
        .nullable()
        .meta({ description: '提交时试算的影响：额度、账户变更前后' }),
      result: z.unknown().meta({ description: '通过后的结果' }),
      filedOperationId: IdText,
      decidedOperationId: IdText.nullable(),
    }),
    async run({ tx, actor, now }, { approvalId }) {
      type Row = RequestRow & {
        result: unknown;
        filedOperationId: string;
        decidedOperationId: string | null;
      };
      const [row] = await tx.built<Row>(requests(now, details).where({ id: approvalId }));
      if (!row) throw new Failure(no['approval-missing'], { approvalId });
      const [one] = await shown(tx, [row], actor, known);
      if (!one) throw new Failure(no['approval-missing'], { approvalId });
      return one;
    },
  });

const TierOutput = z.object({
  operation: z.string(),
  ownerId: IdText.nullable(),
  version: z.number().int(),
  validFrom: DayText,
  bands: z.array(z.object({ fromAmount: MoneyText, permission: z.string().nullable() })),
});

const mayRead = (tier: Tier, actor: Actor): boolean =>
  tier.ownerId === null || actor.scope.zones === '*' || tier.ownerId === actor.organisationId;

const tiers = query({
  name: 'approvals.tiers',
  title: { zh: '审批额度', en: 'Approval tiers' },
  permission: 'tiers:read',
  input: z.strictObject({}),
  output: z.object({ items: z.array(TierOutput) }),
  async run({ tx, actor }) {
    const readable = (await allTiers(tx)).filter((tier) => mayRead(tier, actor));
    const items = readable.map(({ bands, ...tier }) => ({
      ...tier,
      bands: bands.map((band) => ({ ...band, fromAmount: band.fromAmount.toString() })),
    }));
    return { items };
  },
});

export const approvalQueries = (known: Known) => ({
  inbox: inbox(known),
  detail: detail(known),
  tiers: tiers as Query,
});
