/**
 * The trial calculations about a firm before it borrows: the ratios of its statements, whether it
 * meets the standards of a whitelist, whether it is a technology SME.
 */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import type { Calculation } from '../platform/calculation.ts';
import { calculation } from '../platform/calculation.ts';
import { AmountInput, DayInput, TextInput } from '../platform/schemas.ts';
import { WhitelistRuleInput } from '../rulebook/index.ts';
import { cite } from './packs/pack.ts';
import { shortcuts, techSme2017 as techSmePack } from './packs/tech-sme-2017.ts';
import { workingCapital2024 } from './packs/working-capital-2024.ts';
import { marginOf, ratiosOf, turnoverDays } from './rules/statement-ratios.ts';
import { readStatementRows } from './rules/statement-rows.ts';
import { techSmeMissing } from './rules/tech-sme.ts';
import { isPassed, judge } from './rules/whitelist.ts';
import { StatementsInput } from './statement-input.ts';

/** Throws the Failure. */
function must<T>(value: T | Failure): T {
  if (value instanceof Failure) throw value;
  return value;
}

export const statementRatiosCalc = calculation({
  name: 'statement-ratios',
  title: { zh: '财务比率与周转天数', en: 'Ratios and turnover days of statements' },
  input: z.strictObject({ statements: StatementsInput }),
  run(asked) {
    const statements = must(readStatementRows(asked.statements));
    const { yearDays } = workingCapital2024.parameters;
    const days = Object.entries(must(turnoverDays(statements, yearDays)));
    const turnover = Object.fromEntries(days.map(([name, exact]) => [name, exact.toFixed(6)]));
    must(marginOf(statements.income));
    const ratios = ratiosOf(statements);
    const step = {
      rule: 'statement-ratios',
      inputs: { items: asked.statements.length, yearDays },
      formula: 'days = (opening + closing) ÷ 2 × days of the year ÷ yearly flow; part ÷ whole',
      result: ratios,
      rounding: 'shown with 6 decimals',
      ...cite(workingCapital2024, 'yearDays'),
    };
    return { ratios, turnoverDays: turnover, steps: [step] };
  },
});

export const whitelistScreeningCalc = calculation({
  name: 'whitelist-screening',
  title: { zh: '白名单准入筛查', en: 'Screening of a firm for a whitelist' },
  input: z.strictObject({
    on: DayInput,
    uscc: TextInput(18),
    standards: WhitelistRuleInput.shape.standards,
    /** A person's, one for each standard that a person finds. */
    findings: z
      .array(
        z.strictObject({ standard: TextInput(60), met: z.boolean(), evidence: TextInput(300) }),
      )
      .max(40)
      .default([]),
    tags: z
      .array(
        z.strictObject({
          tag: TextInput(60),
          certificateNo: TextInput(60),
          grantedOn: DayInput,
          expiresOn: DayInput,
          revokedOn: DayInput.nullable().default(null),
        }),
      )
      .max(40)
      .default([]),
  }),
  run({ on, uscc, standards, findings, tags }) {
    const pack = { parameters: { standards }, clauses: {} };
    const judged = must(judge({ pack, findings, uscc, tags, on }));
    const passed = isPassed(judged);
    const steps = judged.map(({ standard, by, met, evidence, name }) => ({
      rule: `whitelist-screening.${standard}`,
      clause: name,
      inputs: { by, evidence },
      formula: 'a finding with evidence; a valid code; a tag that holds on the day',
      result: met,
    }));
    return { passed, judged, steps };
  },
});

const { points } = techSmePack.parameters;
const PointsInput = (most: number) => z.number().int().min(0).max(most).default(0);

export const techSmeCalc = calculation({
  name: 'tech-sme',
  title: { zh: '科技型中小企业评价', en: 'Whether a firm is a technology SME' },
  input: z.strictObject({
    staff: z.number().int().min(0).max(10_000_000),
    revenue: AmountInput,
    assets: AmountInput,
    points: z
      .strictObject({
        staff: PointsInput(points.staff),
        research: PointsInput(points.research),
        results: PointsInput(points.results),
      })
      .prefault({}),
    /** What qualifies it without points. */
    shortcut: z.enum(shortcuts).optional(),
  }),
  run({ shortcut, ...firm }) {
    const missing = techSmeMissing({ ...firm, shortcut }, techSmePack.parameters);
    const total = firm.points.staff + firm.points.research + firm.points.results;
    const qualifies = missing.length === 0;
    const bound = qualifies ? {} : { bound: missing.join(', ') };
    const size = {
      rule: 'tech-sme.size',
      inputs: { staff: firm.staff, revenue: firm.revenue, assets: firm.assets },
      formula: 'staff, revenue and assets at most what the rule says',
      result: !missing.some((one) => one.endsWith('-above')),
      ...cite(techSmePack, 'staffMost'),
    };
    const reached = {
      rule: 'tech-sme.points',
      inputs: { ...firm.points, shortcut: shortcut ?? null },
      formula: 'Σ points at least what the rule says and some for staff; or directly qualified',
      result: qualifies,
      ...bound,
      ...cite(techSmePack, shortcut === undefined ? 'pointsLeast' : 'shortcuts'),
    };
    return { qualifies, points: total, missing, steps: [size, reached] };
  },
});

export const firmCalcs: readonly Calculation[] = [
  statementRatiosCalc,
  whitelistScreeningCalc,
  techSmeCalc,
];
