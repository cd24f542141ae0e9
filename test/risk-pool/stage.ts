// Pools, loans and claims on the stage that all tests share. Loans enter through operations of this
// file, which stand for the credit side.
import { z } from 'zod';
import { Money } from '../../src/kernel/index.ts';
import type { Actor } from '../../src/platform/operation.ts';
import { hotOperation, operation } from '../../src/platform/operation.ts';
import { AmountInput, DayInput, IdInput } from '../../src/platform/schemas.ts';
import {
  admitBank,
  contribute,
  enrolLoans,
  fileClaim,
  openPool,
  recordDefaults,
  recordPrincipalRepaid,
  takeBackPrincipalRepaid,
} from '../../src/risk-pool/index.ts';
import { addPack } from '../../src/rulebook/index.ts';
import type { Answer, Stage } from '../support/stage.ts';
import { ago } from '../support/stage.ts';

export type { Answer, Stage } from '../support/stage.ts';
export { ago, freshKey, openStage, today } from '../support/stage.ts';

export const enrol = hotOperation({
  name: 'test.enrol',
  title: { zh: '入库', en: 'Enrol' },
  permission: 'pool:enrol',
  input: z.strictObject({
    poolId: IdInput('pool'),
    bankId: IdInput('org'),
    zoneId: IdInput('zone'),
    drawdownId: IdInput('draw'),
    enterpriseId: IdInput('ent'),
    loanAmount: AmountInput,
    outstanding: AmountInput.optional(),
    enrolledOn: DayInput,
    ratio: z.strictObject({ numerator: AmountInput, denominator: AmountInput }).optional(),
    flags: z.array(z.string()).optional(),
  }),
  output: z.object({ enrolmentId: z.string() }),
  runMany: (context, items) =>
    enrolLoans(
      context,
      items.map((item) => ({ item, ...item.input })),
    ),
});

const done = z.object({});

export const repayPrincipal = hotOperation({
  name: 'test.repay',
  title: { zh: '还本', en: 'Repay' },
  permission: 'pool:enrol',
  input: z.strictObject({
    enrolmentId: IdInput('enrol'),
    amount: AmountInput,
    valueOn: DayInput,
  }),
  output: done,
  async runMany(context, items) {
    await recordPrincipalRepaid(
      context,
      items.map((item) => ({ item, ...item.input })),
    );
    return items.map(() => ({}));
  },
});

export const unpay = operation({
  name: 'test.unpay',
  title: { zh: '冲销还本', en: 'Take a repayment back' },
  permission: 'pool:enrol',
  input: z.strictObject({
    enrolmentId: IdInput('enrol'),
    amount: AmountInput,
    valueOn: DayInput,
  }),
  output: done,
  async run(context, item) {
    await takeBackPrincipalRepaid(context, { item, ...item.input });
    return {};
  },
});

export const defaultLoan = hotOperation({
  name: 'test.default',
  title: { zh: '违约', en: 'Default' },
  permission: 'pool:enrol',
  input: z.strictObject({
    enrolmentId: IdInput('enrol'),
    outstanding: AmountInput,
    defaultedOn: DayInput,
  }),
  output: done,
  async runMany(context, items) {
    await recordDefaults(
      context,
      items.map((item) => ({ item, ...item.input })),
    );
    return items.map(() => ({}));
  },
});

/** Half of the loss, whatever the loan: the plainest rule. */
export const halfRule = {
  basis: 'PRINCIPAL_ONLY',
  ratio: { by: 'tiers', mode: 'whole-loan', tiers: [{ upTo: null, ratio: '0.5' }] },
};

let names = 0;
const nextName = (): number => (names += 1);

/** A pack of a scheme of its own, verified unless `more` is given; answers the scheme. */
export async function schemeIn(
  stage: Stage,
  parameters: object = halfRule,
  more: object = { officialText: { source: '示例', sha256: 'a'.repeat(64) } },
): Promise<string> {
  const scheme = `scheme-${nextName()}`;
  await stage.done(
    addPack,
    {
      kind: 'pool',
      scheme,
      zoneId: stage.zoneId,
      documentNo: '示例〔2020〕1号',
      title: '示例风险补偿办法',
      validFrom: '2015-01-01',
      evidence: '[D]',
      parameters,
      ...more,
    },
    stage.root,
  );
  return scheme;
}

export interface PoolTerms {
  readonly scheme?: string;
  readonly multiple?: string;
  readonly cash?: string;
  readonly quota?: string;
}

/** A pool opened 900 days ago with money in it and both banks admitted; answers its id. */
export async function poolIn(stage: Stage, terms: PoolTerms = {}): Promise<string> {
  const { office, officeId, zoneId } = stage;
  const { poolId } = await stage.done(
    openPool,
    {
      zoneId,
      ownerId: officeId,
      name: `示例资金池${nextName()}`,
      scheme: terms.scheme ?? (await schemeIn(stage)),
      openedOn: ago(900),
      ...(terms.multiple === undefined ? {} : { multiple: terms.multiple }),
    },
    office,
  );
  const contributedOn = ago(890);
  const { cash = '1000000' } = terms;
  if (!Money.of(cash).isZero()) {
    const input = { poolId, contributorId: officeId, amount: cash, contributedOn };
    await stage.done(contribute, input, office);
  }
  const quota = terms.quota === undefined ? {} : { quota: terms.quota };
  const startsOn = ago(880);
  await stage.done(admitBank, { poolId, bankId: stage.bankId, startsOn, ...quota }, office);
  await stage.done(admitBank, { poolId, bankId: stage.otherBankId, startsOn }, office);
  return poolId as string;
}

/** What `enrol` takes, for a loan of the first bank 400 days ago; `more` overrides. */
export const loan = (stage: Stage, poolId: string, loanAmount: string, more: object = {}) => ({
  poolId,
  bankId: stage.bankId,
  zoneId: stage.zoneId,
  drawdownId: `draw_${nextName()}`,
  enterpriseId: stage.firmId,
  loanAmount,
  enrolledOn: ago(400),
  ...more,
});

/** An enrolled loan in default since 200 days; answers the enrolment's id. */
export async function badLoan(
  stage: Stage,
  poolId: string,
  amount: string,
  { actor = stage.bank, ...more }: { actor?: Actor; [name: string]: unknown } = {},
): Promise<string> {
  const input = loan(stage, poolId, amount, { bankId: actor.organisationId, ...more });
  const { enrolmentId } = await stage.done(enrol, input, actor);
  const failed = { enrolmentId, outstanding: amount, defaultedOn: ago(200) };
  await stage.done(defaultLoan, failed, actor);
  return enrolmentId as string;
}

/** A claim of the whole principal 100 days ago; answers what filing answered. */
export async function claimIn(
  stage: Stage,
  poolId: string,
  amount: string,
  actor = stage.bank,
): Promise<Answer> {
  const enrolmentId = await badLoan(stage, poolId, amount, { actor });
  const input = { enrolmentId, principalLoss: amount, claimedOn: ago(100) };
  return stage.done(fileClaim, input, actor);
}
