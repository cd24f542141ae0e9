/** Why the exception is worth it, and on what evidence (例外审批·说明理由). */
import { z } from 'zod';
import { operation } from '../../platform/operation.ts';
import { IdInput, TextInput } from '../../platform/schemas.ts';
import {
  ExceptionChanged,
  exceptionToChange,
  moveException,
  raiserOnly,
} from '../exception-change.ts';

export const justifyException = operation({
  name: 'credit.justify-exception',
  title: { zh: '说明例外理由', en: 'Justify an exception' },
  permission: 'exception:raise',
  versioned: true,
  input: z.strictObject({
    exceptionId: IdInput('exc'),
    justification: TextInput(500),
    evidence: TextInput(500),
  }),
  output: ExceptionChanged,
  async run(context, item) {
    const exception = await exceptionToChange(context, item);
    raiserOnly(exception, item);
    const { justification, evidence } = item.input;
    return moveException(context, item, exception, 'JUSTIFIED', { justification, evidence });
  },
});
