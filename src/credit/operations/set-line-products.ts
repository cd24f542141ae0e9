/**
 * Says which loan products may be drawn under a line from a day on (产品准入清单), always by two
 * persons. What was agreed before keeps its product; a sub-line is bound by its line's list too.
 */
import { z } from 'zod';
import { Failure } from '../../kernel/index.ts';
import type { Context, Item } from '../../platform/operation.ts';
import { operation } from '../../platform/operation.ts';
import { DayText, IdInput, IdText } from '../../platform/schemas.ts';
import { changeShape, whyOf } from '../agreement-change.ts';
import { lineRefusals } from '../line-refusals.ts';
import { loanRefusals } from '../loan-refusals.ts';
import { ProductInput } from '../loan-terms.ts';
import { creditRefusals } from '../refusals.ts';
import { refuseValueDay } from '../rules/terms.ts';
import type { LineProducts } from '../store-line-products.ts';
import { addLineProducts, productsOfLine, unknownProducts } from '../store-line-products.ts';
import { lockLineById } from '../store-renewals.ts';

const input = z.strictObject({
  lineId: IdInput('line'),
  /** An empty list takes every product again. */
  products: z.array(ProductInput).max(50),
  ...changeShape,
});
type Input = z.output<typeof input>;

const changeOf = ({ version, products, valueOn, recordedAt, reason }: LineProducts) => ({
  version,
  products,
  valueOn,
  recordedAt: recordedAt.toISOString(),
  reason,
});

/** Throws `version-stale` with what came after the version that the caller saw. */
function demandVersion(item: Item<Input>, versions: readonly LineProducts[]): void {
  const { expectedVersion: seen } = item;
  const { lineId } = item.input;
  const version = versions.length;
  if (seen === undefined || seen === version) return;
  const changes = versions.slice(seen).map(changeOf);
  throw new Failure(creditRefusals['version-stale'], { lineId, version, changes });
}

async function run(context: Context, item: Item<Input>) {
  const { tx, today } = context;
  const { lineId } = item.input;
  const line = await lockLineById(tx, lineId);
  const { organisationId, scope } = item.actor;
  if (!line || (line.ownerId !== organisationId && scope.zones !== '*')) {
    throw new Failure(creditRefusals['line-missing'], { lineId });
  }
  const { zoneId, ownerId } = line;
  context.concern(item, zoneId);
  const versions = await productsOfLine(tx, lineId);
  demandVersion(item, versions);
  const why = whyOf(context, item);
  const { valueOn } = why;
  const last = versions.at(-1);
  const late = refuseValueDay(valueOn, last?.valueOn ?? valueOn, today);
  if (late) throw late;
  const products = [...new Set(item.input.products)].sort();
  const [code] = await unknownProducts(tx, products);
  if (code !== undefined) throw new Failure(loanRefusals['product-missing'], { code, valueOn });
  if (products.join() === (last?.products ?? []).join()) {
    throw new Failure(lineRefusals['products-same'], { lineId, products });
  }
  const version = versions.length + 1;
  await addLineProducts(tx, line, { version, products }, why);
  context.emit(item, {
    name: 'credit.line-products-set',
    zoneId,
    ownerId,
    subjectId: lineId,
    payload: { products, valueOn },
  });
  return { lineId, version, products, valueOn };
}

export const setLineProducts = operation({
  name: 'credit.set-line-products',
  title: { zh: '设定授信可用产品', en: 'Set the products of a line' },
  permission: 'credit:line-open',
  approval: { always: true, permission: 'credit:approve' },
  versioned: true,
  input,
  output: z.object({
    lineId: IdText,
    version: z.int(),
    products: z.array(z.string()),
    valueOn: DayText,
  }),
  run,
});
