/** The contract is signed (签约), between the approval and today, while the approval holds. */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import { operation } from '../../platform/operation.ts';
import { DayInput, IdInput, TextInput } from '../../platform/schemas.ts';
import {
  ApplicationChanged,
  applicationStep,
  applicationToChange,
  approvalInForce,
  moveApplication,
} from '../application-change.ts';
import { demandRefusals as no } from '../demand-refusals.ts';
import { contractHolder } from '../store-applications.ts';

export const signContract = operation({
  name: 'credit.sign-contract',
  title: { zh: '签订授信合同', en: 'Sign the contract' },
  permission: 'application:work',
  versioned: true,
  input: z.strictObject({
    applicationId: IdInput('appl'),
    contractNo: TextInput(60),
    signedOn: DayInput,
  }),
  output: ApplicationChanged,
  async run(context, item) {
    const application = await applicationToChange(context, item);
    applicationStep(application, 'SIGNED');
    const { approvedOn } = approvalInForce(context, application);
    const { contractNo, signedOn } = item.input;
    if (signedOn < approvedOn || signedOn > context.today) {
      const { today } = context;
      throw new Failure(no['signed-day-outside'], { signedOn, approvedOn, today });
    }
    const holder = await contractHolder(context.tx, application, contractNo);
    if (holder !== undefined) throw new Failure(no['contract-exists'], { contractNo });
    return moveApplication(context, item, application, 'SIGNED', { contractNo, signedOn });
  },
});
