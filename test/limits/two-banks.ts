// One zone, two banks: bank 1 with an intent (SOFT), bank 2 with a commitment (HARD), and a group
// cap of the zone over a line of each. What they drew and held in March 2026 is there already.
import { Day, Money, isFailure } from '../../src/kernel/index.ts';
import type { Step } from '../../src/limits/index.ts';
import type { Actor, Query } from '../../src/platform/operation.ts';
import type { LimitTestBook } from './book.ts';
import { because, makeZoneRoot, openLimitBook } from './book.ts';
import { makePerformer, officeId, otherBankId } from './desk.ts';

export const at = (text: string): Date => new Date(`${text}+08:00`);
export const day = (text: string): Day => Day.of(text);

export interface TwoBanks {
  readonly book: LimitTestBook;
  /** The id of the zone's root. */
  readonly zone: string;
  ask<O>(query: Query<unknown, O>, actor: Actor, input: unknown): Promise<O>;
  node(id: string, limit: string, more?: object): Promise<string>;
  /** Must be admitted. */
  take(now: Date, step: Step): Promise<void>;
  /** Draws at a local time, with its day as value day. */
  draw(text: string, nodeId: string, amount: string): Promise<void>;
}

async function plant({ node, zone }: TwoBanks): Promise<void> {
  const bank2 = { ownerId: otherBankId } as const;
  await node('group', '150.00', { kind: 'CAP', shared: true, ownerId: officeId });
  const intent = { kind: 'ZONE_MASTER', enforcement: 'SOFT', parentId: zone } as const;
  await node('master1', '1000.00', intent);
  await node('master2', '500.00', { ...bank2, kind: 'ZONE_MASTER', parentId: zone });
  await node('segment1', '600.00', { kind: 'SEGMENT', parentId: 'master1', revolving: 'NR' });
  await node('line1', '200.00', { parentId: 'segment1', caps: ['group'] });
  await node('line1b', '300.00', {
    parentId: 'segment1',
    startsOn: day('2026-03-01'),
    expiresOn: day('2099-06-30'),
  });
  await node('line2', '200.00', { ...bank2, parentId: 'master2', caps: ['group'] });
}

async function live({ take, draw }: TwoBanks): Promise<void> {
  const reserve = (text: string, nodeId: string, amount: string, id: string, until: string) =>
    take(at(text), {
      kind: 'reserve',
      nodeId,
      amount: Money.of(amount),
      valueOn: day(text.slice(0, 10)),
      reservationId: id,
      expiresAt: at(until),
    });
  await draw('2026-03-02T09:00:00', 'line1', '80.00');
  await take(at('2026-03-03T09:00:00'), {
    kind: 'repay',
    nodeId: 'line1',
    amount: Money.of('30.00'),
    valueOn: day('2026-03-03'),
  });
  await draw('2026-03-04T09:00:00', 'line2', '60.00');
  await reserve('2026-03-04T10:00:00', 'line2', '10.00', 'rsv_2', '2099-01-01T00:00:00');
  await reserve('2026-03-05T10:00:00', 'line1', '25.00', 'rsv_1', '2026-03-10T12:00:00');
}

export async function openTwoBanks(): Promise<TwoBanks> {
  const book = await openLimitBook();
  const performer = makePerformer(book);
  const zone = await makeZoneRoot(book);
  const take = async (now: Date, step: Step): Promise<void> => {
    const [taken] = await book.take([because(step)], now);
    if (isFailure(taken)) throw taken;
  };
  const two: TwoBanks = {
    book,
    zone,
    ask: (query, actor, input) => performer.ask(query, actor, input),
    node: (id, limit, more = {}) => book.add({ id, limit: Money.of(limit), ...more }),
    take,
    draw: (text, nodeId, amount) =>
      take(at(text), {
        kind: 'draw',
        nodeId,
        amount: Money.of(amount),
        valueOn: day(text.slice(0, 10)),
      }),
  };
  await plant(two);
  await live(two);
  return two;
}

/** used, reserved, available */
export const figuresOf = (
  one: { readonly used: string; readonly reserved: string; readonly available: string } | undefined,
): (string | undefined)[] => [one?.used, one?.reserved, one?.available];
