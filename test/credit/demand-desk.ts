// A relationship manager's desk: a demand, an application and its way to a line, step by step.
import { apply } from '../../src/credit/operations/apply.ts';
import { approveApplication } from '../../src/credit/operations/approve-application.ts';
import { makeEffective } from '../../src/credit/operations/make-effective.ts';
import { recordDiligence } from '../../src/credit/operations/record-diligence.ts';
import { signContract } from '../../src/credit/operations/sign-contract.ts';
import { statements } from '../../src/demo/park-desk.ts';
import type { Actor, Operation } from '../../src/platform/operation.ts';
import type { Answer, Stage } from '../support/stage.ts';
import { ago, today } from '../support/stage.ts';
import type { Park } from './stage.ts';

export interface Desk {
  readonly applied: (more?: object) => Promise<string>;
  readonly examined: (more?: object) => Promise<string>;
  readonly approved: (more?: object) => Promise<{ id: string; conditionIds: readonly string[] }>;
  readonly signed: (more?: object) => Promise<string>;
  readonly effective: (more?: object) => Promise<Answer>;
  /** Performs at the version that stands. */
  readonly step: (operation: Operation, applicationId: string, more?: object) => Promise<Answer>;
  readonly refusedStep: (
    operation: Operation,
    applicationId: string,
    more?: object,
    actor?: Actor,
  ) => Promise<string>;
  readonly approval: (more?: object) => object;
  readonly diligence: (more?: object) => object;
}

let contracts = 0;

export function deskOf(stage: Stage, park: () => Park): Desk {
  const versionOf = async (id: string): Promise<number> => {
    const [row] = await stage.rows<{ version: string }>(
      `select version from credit_applications where id = '${id}'`,
    );
    return Number(row?.version ?? 1);
  };
  const step: Desk['step'] = async (operation, applicationId, more = {}) =>
    stage.done(operation, { applicationId, ...more }, stage.bank, {
      expectedVersion: await versionOf(applicationId),
    });
  const refusedStep: Desk['refusedStep'] = async (operation, applicationId, more, actor) => {
    const expectedVersion = await versionOf(applicationId);
    const input = { applicationId, ...more };
    const refusal = await stage.refused(operation, input, actor ?? stage.bank, { expectedVersion });
    return refusal.code;
  };
  const diligence = (more: object = {}) => ({
    statements,
    growth: '0',
    ownFunds: '4000000',
    existingLoans: '5000000',
    otherFinancing: '0',
    collaterals: [
      { kind: 'ip-pledge', name: '发明专利三项', value: '6000000', haircut: '0.7' },
      { kind: 'property', name: '厂房', value: '5000000.01', haircut: '0.4' },
      { kind: 'credit', name: '信用', haircut: '0' },
    ],
    opinion: '现金流稳定',
    ...more,
  });
  const approval = (more: object = {}) => ({
    amount: '3000000',
    primeTerm: '1Y',
    spreadBp: 45,
    validUntil: ago(-90),
    reason: '同意',
    ...more,
  });
  const applied: Desk['applied'] = async (more = {}) => {
    const answer = await stage.done(
      apply,
      {
        segmentId: park().segmentId,
        enterpriseId: stage.firmId,
        product: '流动资金贷款',
        amount: '3000000',
        termMonths: 12,
        purpose: '采购原材料',
        ...more,
      },
      stage.bank,
    );
    return answer['applicationId'] as string;
  };
  const examined: Desk['examined'] = async (more) => {
    const id = await applied(more);
    await step(recordDiligence, id, diligence());
    return id;
  };
  const approved: Desk['approved'] = async (more) => {
    const id = await examined();
    const answer = await step(approveApplication, id, approval(more));
    return { id, conditionIds: answer['conditionIds'] as unknown as string[] };
  };
  const signed: Desk['signed'] = async (more) => {
    const { id } = await approved(more);
    contracts += 1;
    await step(signContract, id, { contractNo: `授信-${contracts}`, signedOn: today });
    return id;
  };
  const effective: Desk['effective'] = async (more) =>
    step(makeEffective, await signed(more), { whitelistRequired: false });
  return {
    applied,
    examined,
    approved,
    signed,
    effective,
    step,
    refusedStep,
    approval,
    diligence,
  };
}
