// Which loan products a line takes: dated, by two persons, told apart by version, binding for its
// sub-lines and carried on by its successor.
import { expect } from 'chai';
import { drawDown } from '../../src/credit/index.ts';
import { lineProducts } from '../../src/credit/queries-line-products.ts';
import { ago, openStage, type Stage, today } from '../support/stage.ts';
import { operationOf } from './agreement-desk.ts';
import { agree, monthly } from './loan-stage.ts';
import { drawing, lineIn, parkIn, type Park } from './stage.ts';

const setProducts = operationOf('set-line-products');
const renewLine = operationOf('renew-line');
const at = (expectedVersion: number) => ({ expectedVersion });
const reason = '授信批复限定产品';
const other = 'working-capital';
const own = 'technology-transfer';

describe('credit.set-line-products', () => {
  let stage: Stage;
  let park: Park;
  before(async () => {
    stage = await openStage();
    park = await parkIn(stage, '9000.00');
  });
  after(() => stage.close());

  const lineOf = async (more: object = {}) => (await lineIn(stage, park, '1000.00', more)).lineId;
  const set = (lineId: string, products: string[], version: number, more: object = {}) =>
    stage.done(setProducts, { lineId, products, reason, ...more }, stage.bank, at(version));
  const refusal = (lineId: string, products: string[], version: number, more: object = {}) =>
    stage.refused(setProducts, { lineId, products, reason, ...more }, stage.bank, at(version));
  const drawn = async (lineId: string, valueOn = today) => {
    const input = drawing(lineId, '120.00', { valueOn, dueOn: ago(-380) });
    return (await stage.done(drawDown, input, stage.bank))['drawdownId'] as string;
  };
  const terms = (drawdownId: string) => ({ drawdownId, terms: monthly() });

  it('holds terms to the list of the day of the drawdown', async () => {
    const lineId = await lineOf();
    const before = await drawn(lineId, ago(20));
    await set(lineId, [other], 0, { effectiveOn: ago(10) });
    const after = await drawn(lineId, ago(10));
    await stage.done(agree, terms(before), stage.bank);
    const failure = await stage.refused(agree, terms(after), stage.bank);
    expect(failure.code).to.equal('product-not-on-line');
    expect(failure.facts).to.deep.equal({ product: own, lineId, products: [other] });
    await set(lineId, [], 1);
    expect((await stage.refused(agree, terms(after), stage.bank)).code).to.equal(
      'product-not-on-line',
    );
    await stage.done(agree, terms(await drawn(lineId)), stage.bank);
  });

  it('binds a sub-line by the list of its line', async () => {
    const lineId = await lineOf();
    const sub = await lineOf({ parentLineId: lineId, product: '票据' });
    await set(sub, [own], 0);
    await set(lineId, [other], 0);
    const failure = await stage.refused(agree, terms(await drawn(sub)), stage.bank);
    expect(failure.facts).to.include({ lineId });
  });

  it('shows versions, and whoever comes late what changed', async () => {
    const lineId = await lineOf();
    const asked = () => stage.ask(lineProducts, { lineId }, stage.bank);
    expect(await asked()).to.deep.equal({ lineId, products: [], version: 0, versions: [] });
    await set(lineId, [own, other, own], 0);
    expect(await asked()).to.deep.include({ products: [own, other], version: 1 });
    const late = await refusal(lineId, [own], 0);
    expect(late.code).to.equal('version-stale');
    expect(late.facts).to.have.all.keys('lineId', 'version', 'changes');
    expect(late.facts['changes']).to.have.length(1);
    expect(late.facts['changes']).to.have.nested.property('[0].reason', reason);
  });

  it('refuses what changes nothing, comes before its last change or names no product', async () => {
    const lineId = await lineOf();
    await set(lineId, [own], 0);
    expect((await refusal(lineId, [own], 1)).code).to.equal('products-same');
    const earlier = await refusal(lineId, [other], 1, { effectiveOn: ago(1) });
    expect(earlier.code).to.equal('change-out-of-order');
    const unknown = await refusal(lineId, ['nothing-we-sell'], 1);
    expect(unknown.code).to.equal('product-missing');
    const ahead = await refusal(lineId, [other], 1, { effectiveOn: ago(-1) });
    expect(ahead.code).to.equal('value-day-in-future');
    const { lineId: foreign } = { lineId };
    const stranger = await stage.refused(
      setProducts,
      { lineId: foreign, products: [other], reason },
      stage.otherBank,
      at(1),
    );
    expect(stranger.code).to.equal('line-missing');
  });

  it('is carried on by a renewal', async () => {
    const lineId = await lineOf();
    await set(lineId, [other], 0);
    const renewal = { lineId, expiresOn: ago(-800), reason: '续授信' };
    const { lineId: successor } = await stage.done(renewLine, renewal, stage.bank, at(1));
    const answer = await stage.ask(lineProducts, { lineId: successor as string }, stage.bank);
    expect(answer).to.deep.include({ products: [other], version: 1 });
  });
});
