/** Shows that a condition of the approval is met, with its evidence; once, and for good. */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { IdInput, ReasonInput } from '../../platform/schemas.ts';
import {
  ApplicationChanged,
  applicationToChange,
  approvalInForce,
  noteApplication,
} from '../application-change.ts';
import { demandRefusals as no } from '../demand-refusals.ts';
import { conditionsOf, saveConditionMet } from '../store-applications.ts';

export const meetCondition = operation({
  name: 'credit.meet-condition',
  title: { zh: '落实批复条件', en: 'Meet a condition of the approval' },
  permission: 'application:work',
  versioned: true,
  input: z.strictObject({
    applicationId: IdInput('appl'),
    conditionId: IdInput('cond'),
    evidence: ReasonInput,
  }),
  output: ApplicationChanged,
  async run(context, item) {
    const { applicationId, conditionId, evidence } = item.input;
    const application = await applicationToChange(context, item);
    const { state } = application;
    const conditions = await conditionsOf(context.tx, applicationId);
    const condition = conditions.find(({ id }) => id === conditionId);
    if (!condition) throw new Failure(no['condition-missing'], { applicationId, conditionId });
    if (state !== 'APPROVED' && state !== 'SIGNED') {
      throw new Failure(no['application-step'], { applicationId, state });
    }
    if (condition.metOn !== null) {
      throw new Failure(no['condition-met'], { conditionId, metOn: condition.metOn });
    }
    approvalInForce(context, application);
    await saveConditionMet(context, item, conditionId, evidence);
    return noteApplication(context, item, application, `${condition.wording}：${evidence}`);
  },
});
