// The catalogue of trial calculations: the same names on the command line and below /api/v1/calc.
import { z } from 'zod';
import { deskCalcs, firmCalcs, loanCalcs, loanCareCalcs, riskCalcs } from '../credit/index.ts';
import { leverageCalc, leverageInput } from '../funds/index.ts';
import { limitCalcs } from '../limits/index.ts';
import type { Calculation } from '../platform/calculation.ts';
import { problemResponses } from '../platform/openapi.ts';
import { calculation } from '../platform/calculation.ts';
import { certificateDiscountCalc, certificateDiscountInput } from '../supply-chain/index.ts';
import { amountWordsCalc, cnapsCalc, interestCalc, usccCalc, workingDaysCalc } from './kernel.ts';

const leverage = calculation({
  name: 'leverage',
  title: { zh: '放大倍数', en: 'Leverage multiples' },
  input: leverageInput,
  run: leverageCalc,
});

const certificateDiscount = calculation({
  name: 'certificate-discount',
  title: { zh: '凭证贴现', en: 'Discount of an e-certificate' },
  input: certificateDiscountInput,
  run: certificateDiscountCalc,
});

export const calculations: readonly Calculation[] = [
  usccCalc,
  cnapsCalc,
  amountWordsCalc,
  workingDaysCalc,
  interestCalc,
  ...limitCalcs,
  leverage,
  certificateDiscount,
  ...riskCalcs,
  ...loanCalcs,
  ...deskCalcs,
  ...firmCalcs,
  ...loanCareCalcs,
];

/** The calculations' addresses for the OpenAPI document. */
export const calculationPaths: Readonly<Record<string, Readonly<Record<string, unknown>>>> =
  Object.fromEntries(
    calculations.map((one) => {
      const { $schema: _, ...schema } = z.toJSONSchema(one.input, {
        io: 'input',
        unrepresentable: 'any',
      });
      const operation = {
        operationId: `calc.${one.name}`,
        tags: ['calc'],
        summary: `${one.title.zh} ${one.title.en}`,
        requestBody: { required: true, content: { 'application/json': { schema } } },
        responses: {
          '200': {
            description: 'The answer with its steps',
            content: { 'application/json': { schema: { type: 'object' } } },
          },
          ...problemResponses('400', '401'),
        },
      };
      return [`/calc/${one.name}`, { post: operation }];
    }),
  );
