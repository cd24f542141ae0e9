/** How the terms of agreements, segments and programmes arrive and are shown, field by field. */
import { z } from 'zod';
import { sentence } from '../kernel/index.ts';
import {
  DayInput,
  DayText,
  IdText,
  MoneyText,
  PositiveAmountInput,
  RateInput,
  TextInput,
} from '../platform/schemas.ts';
import { measures } from './rules/pace.ts';
import { qualifiers } from './rules/terms.ts';

/** A list without doubles; when empty, every purpose is eligible. */
export const PurposesInput = z
  .array(TextInput(200))
  .max(50)
  .refine((list) => new Set(list).size === list.length, {
    message: sentence('用途重复', 'a purpose stands twice'),
  })
  .meta({ description: '约定用途，空表示不限' });

export const agreementShape = {
  name: TextInput(),
  intentAmount: PositiveAmountInput,
  sense: z.enum(['AT_LEAST', 'AT_MOST']),
  qualifier: z.enum(qualifiers).nullable(),
  endsOn: DayInput,
  eligiblePurposes: PurposesInput,
  /** Which of the four measures counts towards the intent. */
  countingColumn: z.enum(measures),
  /** The bank may see what the other banks of the zone reach together. */
  sharesTotals: z.boolean(),
  /** Behind when share < elapsed share × this. */
  paceBehindBelow: RateInput,
  /** Ahead when share > elapsed share × this. */
  paceAheadAbove: RateInput,
};

export const programmeShape = {
  name: TextInput(60),
  /** Place in the queue; 1 is served first. */
  queueRank: z.number().int().min(1).max(1000),
  /** Calendar days in which the bank decides on a line of the programme. */
  decisionClockDays: z.number().int().min(1).max(365),
  reservedQuota: PositiveAmountInput.nullable(),
};

export const AgreementView = z.object({
  id: IdText,
  zoneId: IdText,
  bankId: IdText,
  nodeId: IdText,
  predecessorId: IdText.nullable(),
  successorId: IdText.nullable(),
  source: z.string().nullable(),
  generated: z.boolean(),
  name: z.string(),
  intentAmount: MoneyText,
  sense: z.enum(['AT_LEAST', 'AT_MOST']),
  qualifier: z.enum(qualifiers).nullable(),
  startsOn: DayText,
  endsOn: DayText,
  endedOn: DayText.nullable(),
  eligiblePurposes: z.array(z.string()),
  countingColumn: z.enum(measures),
  sharesTotals: z.boolean(),
  paceBehindBelow: z.string(),
  paceAheadAbove: z.string(),
  version: z.number().int(),
});

export const SegmentView = z.object({
  id: IdText,
  nodeId: IdText,
  name: z.string(),
  scope: z.enum(['infrastructure', 'cluster', 'operations']),
  amount: MoneyText,
  eligiblePurposes: z.array(z.string()),
  version: z.number().int(),
});

export const ProgrammeView = z.object({
  id: IdText,
  agreementId: IdText,
  name: z.string(),
  queueRank: z.number().int(),
  decisionClockDays: z.number().int(),
  reservedQuota: MoneyText.nullable(),
  state: z.enum(['OPEN', 'CLOSED']),
  version: z.number().int(),
});
