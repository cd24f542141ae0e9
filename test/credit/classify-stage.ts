// What the tests of the classes share: the loans of one debtor in, the answer of `classify` out.
import type { RiskClass } from '../../src/credit/rules/risk-class.ts';
import type { Explained } from './risk-stage.ts';
import { answerOf } from './risk-stage.ts';

export interface Classified {
  readonly loanId: string;
  readonly class: RiskClass;
  readonly daysPastDue: number;
  readonly triggers: readonly {
    readonly code: string;
    readonly atLeast: RiskClass;
    readonly clause: string;
    readonly evidence: string;
    readonly facts: Readonly<Record<string, string>>;
  }[];
  readonly calendar: readonly { readonly class: RiskClass; readonly from: string }[];
}
export interface Answer extends Explained {
  readonly class: RiskClass;
  readonly loans: readonly Classified[];
  readonly contagion: { readonly share: string | null; readonly fired: boolean };
}
export type Facts = Readonly<Record<string, unknown>>;

const usualDay = '2025-06-30';
export const classify = (loans: readonly Facts[], debtor: Facts = {}, day = usualDay): Answer =>
  answerOf('classify', {
    on: day,
    debtor,
    loans: loans.map((loan, i) => ({ loanId: `loan-${i + 1}`, balance: '1000', ...loan })),
  }) as Answer;
export const onlyLoan = (loan: Facts, debtor: Facts = {}, day = usualDay): Classified =>
  classify([loan], debtor, day).loans[0] as Classified;
export const codesOf = (loan: Classified) => loan.triggers.map(({ code }) => code);
