// What is held of lines can be read: by whom it is made, until when, and EXPIRED at the instant.
import { expect } from 'chai';
import { drawDown, release, reserve } from '../../src/credit/index.ts';
import type { Stage } from '../support/stage.ts';
import { openStage } from '../support/stage.ts';
import { queryOf } from './agreement-desk.ts';
import { drawing, lineIn, parkIn } from './stage.ts';

const list = queryOf('list-reservations');
const show = queryOf('show-reservation');

type Row = Readonly<Record<string, unknown>> & { readonly id: string };

describe('reservations as they are read', () => {
  let stage: Stage;
  let lineId: string;
  let otherLineId: string;

  before(async () => {
    stage = await openStage();
    const park = await parkIn(stage, '10000000.00');
    ({ lineId } = await lineIn(stage, park, '1000000.00'));
    const { otherFirmId: enterpriseId } = stage;
    ({ lineId: otherLineId } = await lineIn(stage, park, '1000000.00', { enterpriseId }));
  });
  after(() => stage.close());

  const hold = async (of: string, amount: string, more: object = {}): Promise<string> => {
    const input = { lineId: of, amount, purpose: '备料', ...more };
    return (await stage.done(reserve, input, stage.bank))['reservationId'] as string;
  };
  const rows = async (filter: object, actor = stage.bank): Promise<Row[]> =>
    ((await stage.ask(list, filter, actor)) as { items: Row[] }).items;
  const one = async (reservationId: string): Promise<Row> =>
    (await stage.ask(show, { reservationId }, stage.bank)) as Row;

  it('tell amount, use, tenor, purpose and state, by line, firm and state', async () => {
    const open = await hold(lineId, '200000.00', { tenorDays: 90 });
    const used = await hold(lineId, '300000.00');
    const back = await hold(otherLineId, '100000.00');
    await stage.done(drawDown, drawing(lineId, '250000.00', { reservationId: used }), stage.bank);
    await stage.done(release, { reservationId: back }, stage.bank);
    expect(await one(open)).to.include({
      lineId,
      amount: '200000.00',
      used: '0.00',
      held: '200000.00',
      state: 'PENDING',
      tenorDays: 90,
      purpose: '备料',
      resolvedAt: null,
    });
    expect(await one(used)).to.include({ state: 'POSTED', used: '250000.00', held: '0.00' });
    expect(await one(back)).to.include({ state: 'RELEASED', held: '0.00' });
    const ids = async (filter: object) => (await rows(filter)).map(({ id }) => id);
    expect(await ids({ lineId })).to.deep.equal([used, open]);
    expect(await ids({ lineId, state: 'PENDING' })).to.deep.equal([open]);
    expect(await ids({ enterpriseId: stage.otherFirmId })).to.deep.equal([back]);
    expect(await ids({ pageSize: '1', page: '2' })).to.deep.equal([used]);
  });

  it('are expired at the instant, before any job has looked', async () => {
    const id = await hold(otherLineId, '400000.00', {
      expiresAt: new Date(Date.now() + 1_500).toISOString(),
    });
    expect(await one(id)).to.include({ state: 'PENDING', held: '400000.00' });
    await new Promise((resolve) => {
      setTimeout(resolve, 1_600);
    });
    expect(await one(id)).to.include({ state: 'EXPIRED', held: '0.00' });
    const stored = `select state from limits_reservations where id = '${id}'`;
    expect(await stage.rows(stored)).to.deep.equal([{ state: 'PENDING' }]);
    const expired = await rows({ lineId: otherLineId, state: 'EXPIRED' });
    expect(expired.map((row) => row.id)).to.deep.equal([id]);
  });

  it('are seen by the bank and the zone office, and by no other bank', async () => {
    expect(await rows({}, stage.otherBank)).to.deep.equal([]);
    const seen = await rows({ lineId }, stage.office);
    expect(seen).to.have.length(2);
    const reservationId = seen[0]?.id ?? '';
    const foreign: unknown = await stage
      .ask(show, { reservationId }, stage.otherBank)
      .catch((problem: unknown) => problem);
    expect(foreign).to.include({ code: 'reservation-missing' });
  });

  it('take CNY by name and no other currency', async () => {
    await hold(lineId, '1.00', { currency: 'CNY' });
    const refused = { lineId, amount: '1.00', currency: 'USD' };
    const { code, facts } = await stage.refused(reserve, refused, stage.bank);
    expect(code).to.equal('invalid-input');
    expect(JSON.stringify(facts)).to.include('只记人民币');
    const draw = { ...drawing(lineId, '1.00'), currency: 'USD' };
    expect((await stage.refused(drawDown, draw, stage.bank)).code).to.equal('invalid-input');
  });
});
