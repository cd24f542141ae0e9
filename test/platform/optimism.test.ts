/** When a queue is run optimistically, and what a disappointment costs. */
import { expect } from 'chai';
import { Failure, refusals } from '../../src/kernel/index.ts';
import { NotAsExpected } from '../../src/platform/operation.ts';
import { Optimism } from '../../src/platform/optimism.ts';

const no = refusals('test', { no: { kind: 'busy', zh: '忙', en: 'Busy' } });

describe('optimism', () => {
  const runs = async (optimism: Optimism, count: number, holds: (i: number) => boolean) => {
    const log: string[] = [];
    for (let i = 0; i < count; i += 1) {
      await optimism.run('queue', async (optimistic) => {
        log.push(optimistic ? 'o' : 'c');
        if (optimistic && !holds(i)) throw new NotAsExpected('refused');
      });
    }
    return log.join('');
  };

  it('stays as long as it pays', async () => {
    expect(await runs(new Optimism(), 5, () => true)).to.equal('ooooo');
  });

  it('is careful after a disappointment, each time twice as long', async () => {
    expect(await runs(new Optimism(), 12, () => false)).to.equal('occocccocccccocc');
  });

  it('is careful for 64 batches at most', async () => {
    const log = await runs(new Optimism(), 1000, () => false);
    expect(Math.max(...log.split('o').map((careful) => careful.length))).to.equal(65);
  });

  it('comes back when it pays again', async () => {
    const log = await runs(new Optimism(), 6, (i) => i > 1);
    expect(log).to.equal('occoooo');
  });

  it('keeps queues apart', async () => {
    const optimism = new Optimism();
    await runs(optimism, 1, () => false);
    const other = await optimism.run('other', async (optimistic) => optimistic);
    expect(other).to.equal(true);
  });

  it('runs again whatever broke, but passes a refusal on', async () => {
    const optimism = new Optimism();
    const answer = await optimism.run('a', (optimistic) =>
      optimistic ? Promise.reject(new Error('a guard of the table')) : Promise.resolve('careful'),
    );
    expect(answer).to.equal('careful');
    const refused = await optimism
      .run('b', () => Promise.reject(new Failure(no.no)))
      .catch((problem: unknown) => problem);
    expect(refused).to.be.instanceOf(Failure);
  });
});
