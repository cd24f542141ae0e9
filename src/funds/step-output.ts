/** How a step of a calculation is described to callers; the shape of `rules/steps.ts`. */
import { z } from 'zod';

export const StepOutput = z.object({
  rule: z.string(),
  clause: z.string(),
  inputs: z.record(z.string(), z.string()),
  formula: z.string(),
  result: z.string().nullable(),
  rounding: z.string(),
});
