/** Which loan products a line takes, and since when. */
import { z } from 'zod';
import { Failure } from '../kernel/index.ts';
import { query } from '../platform/operation.ts';
import { DayText, IdInput, IdText, InstantText } from '../platform/schemas.ts';
import { creditRefusals as no } from './refusals.ts';
import { productsOfLine } from './store-line-products.ts';
import { linesById } from './store-loans.ts';

export const lineProducts = query({
  name: 'credit.line-products',
  title: { zh: '授信可用产品', en: 'The products of a line' },
  permission: 'credit:read',
  input: z.strictObject({ lineId: IdInput('line') }),
  output: z.object({
    lineId: IdText,
    /** Those of today; empty: every product. The list of the line above binds too. */
    products: z.array(z.string()),
    version: z.int(),
    versions: z.array(
      z.object({
        version: z.int(),
        products: z.array(z.string()),
        valueOn: DayText,
        recordedAt: InstantText,
        reason: z.string(),
      }),
    ),
  }),
  async run({ tx, today }, { lineId }) {
    if (!(await linesById(tx, [lineId])).has(lineId)) {
      throw new Failure(no['line-missing'], { lineId });
    }
    const versions = await productsOfLine(tx, lineId);
    const inForce = versions.findLast(({ valueOn }) => valueOn <= today);
    return {
      lineId,
      products: [...(inForce?.products ?? [])],
      version: versions.length,
      versions: versions.map(({ recordedAt, products, ...rest }) => ({
        ...rest,
        products: [...products],
        recordedAt: recordedAt.toISOString(),
      })),
    };
  },
});
