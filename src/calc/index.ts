// The catalogue of trial calculations: the same names on the command line and below /api/v1/calc.
import { leverageCalc, leverageInput } from '../funds/index.ts';
import { limitScenario } from '../limits/index.ts';
import type { Calculation } from '../platform/calculation.ts';
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
  limitScenario,
  leverage,
  certificateDiscount,
];
