/**
 * Due diligence (尽职调查): the statements as a list of rows, the ratios and the working-capital
 * need that follow from them, collateral, and the manager's opinion. Of several the last holds.
 */
import { z } from 'zod';
import type { Exact } from '../../kernel/index.ts';
import { Failure, Money, newId, sentence } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import {
  AmountInput,
  FileTextInput,
  IdInput,
  IdText,
  MoneyText,
  ReasonInput,
  ShareInput,
  TextInput,
} from '../../platform/schemas.ts';
import {
  ApplicationChanged,
  applicationStep,
  applicationToChange,
  moveApplication,
} from '../application-change.ts';
import { collateralKinds } from '../model-demands.ts';
import { workingCapital2024 as pack } from '../packs/working-capital-2024.ts';
import { marginOf, ratiosOf, turnoverDays } from '../rules/statement-ratios.ts';
import type { StatementRow } from '../rules/statement-rows.ts';
import { readStatementRows } from '../rules/statement-rows.ts';
import { needOf } from '../rules/working-capital.ts';
import { GrowthInput } from '../signed-input.ts';
import { statementsFromCsv } from '../statement-csv.ts';
import { StatementsInput } from '../statement-input.ts';
import type { Diligence } from '../store-applications.ts';
import { addDiligence } from '../store-applications.ts';

const CollateralInput = z.strictObject({
  kind: z.enum(collateralKinds),
  name: TextInput(200),
  value: AmountInput.default(Money.zero),
  haircut: ShareInput,
});

const input = z
  .strictObject({
    applicationId: IdInput('appl'),
    statements: StatementsInput.optional(),
    /** In place of `statements`: the same as CSV, with 项目, 期初, 期末 in its heading. */
    statementsCsv: FileTextInput(20_000).optional(),
    /** Expected growth of sales: "0.2" is 20 %. */
    growth: GrowthInput,
    ownFunds: AmountInput,
    existingLoans: AmountInput,
    otherFinancing: AmountInput,
    collaterals: z.array(CollateralInput).max(50).default([]),
    opinion: ReasonInput,
  })
  .refine(
    ({ statements, statementsCsv }) => (statements === undefined) !== (statementsCsv === undefined),
    {
      message: sentence(
        'statements 与 statementsCsv 二者取一',
        'one of statements and statementsCsv',
      ),
      path: ['statements'],
    },
  );
type Input = z.output<typeof input>;

/** Throws the Failure. */
function must<T>(value: T | Failure): T {
  if (value instanceof Failure) throw value;
  return value;
}

/** Shown with six places; the computation itself is not rounded before the need. */
const shown = (value: Exact): string => value.toFixed(6);

const textOf = ({ item, before, now }: StatementRow) => ({
  item,
  before: before?.toString() ?? null,
  now: now.toString(),
});

function examine(context: Context, item: Item<Input>): Diligence {
  const { growth, ownFunds, existingLoans, otherFinancing, opinion } = item.input;
  const rows = item.input.statements ?? statementsFromCsv(item.input.statementsCsv ?? '');
  const statements = must(readStatementRows(rows));
  const days = must(turnoverDays(statements, pack.parameters.yearDays));
  const margin = must(marginOf(statements.income));
  const { sales } = statements.income;
  const facts = { sales, margin, growth, days, ownFunds, existingLoans, otherFinancing };
  const { cycleDays, turns, need, newLoan, bound } = needOf(facts, pack.parameters);
  const { scheme, version } = pack;
  context.quote(item, { pack: scheme, version: String(version), clause: 'yearDays' });
  return {
    id: newId('dil'),
    statements: rows.map(textOf),
    ratios: ratiosOf(statements),
    sizing: {
      pack: `${scheme}/${version}`,
      growth: growth.toString(),
      ownFunds: ownFunds.toString(),
      existingLoans: existingLoans.toString(),
      otherFinancing: otherFinancing.toString(),
      margin: shown(margin),
      cycleDays: shown(cycleDays),
      turns: turns === undefined ? null : shown(turns),
      bound: bound ?? null,
    },
    need,
    newLoan,
    opinion,
  };
}

export const recordDiligence = operation({
  name: 'credit.record-diligence',
  title: { zh: '尽职调查', en: 'Record due diligence' },
  permission: 'application:work',
  versioned: true,
  input,
  output: ApplicationChanged.extend({ diligenceId: IdText, need: MoneyText, newLoan: MoneyText }),
  async run(context, item) {
    const application = await applicationToChange(context, item);
    applicationStep(application, 'DUE_DILIGENCE');
    const found = examine(context, item);
    await addDiligence(context, item, application, found, item.input.collaterals);
    const { id: diligenceId, need, newLoan, opinion } = found;
    const set = { reason: opinion };
    const moved = await moveApplication(context, item, application, 'DUE_DILIGENCE', set);
    return { ...moved, diligenceId, need: need.toString(), newLoan: newLoan.toString() };
  },
});
