// The audit trail against somebody who owns the database or the exported file: whatever is changed,
// dropped, swapped or forged, the first broken link is named by chain and height.
import { expect } from 'chai';
import * as fc from 'fast-check';
import type { Knex } from 'knex';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { Failure } from '../../src/kernel/index.ts';
import type { Signer, Verification } from '../../src/platform/audit.ts';
import {
  exportAudit,
  keptSigner,
  sealAudit,
  sealChains,
  signerOf,
  verifyChains,
  verifyExport,
  verifyTrail,
} from '../../src/platform/audit.ts';
import type { Actor } from '../../src/platform/operation.ts';
import { operation } from '../../src/platform/operation.ts';
import { Performer } from '../../src/platform/perform.ts';
import { makePool } from '../../src/platform/postgres.ts';
import { everything, withTransaction } from '../../src/platform/transaction.ts';
import type { TestDatabase } from '../support/database.ts';
import { cloneDatabase } from '../support/database.ts';

const note = operation({
  name: 'toys.note',
  title: { zh: '记', en: 'Note' },
  permission: 'toys:note',
  input: z.strictObject({ zone: z.string(), text: z.string() }),
  output: z.object({ text: z.string() }),
  async run({ concern }, item) {
    concern(item, item.input.zone);
    return { text: item.input.text };
  },
});

const clerk: Actor = {
  userId: 'user_clerk',
  personId: 'person_clerk',
  organisationId: 'org_clerk',
  permissions: new Set(['toys:note', 'audit:seal']),
  scope: everything,
};

const chainA = 'zone_a';
const chainB = 'zone_b';

describe('audit trail', () => {
  let database: TestDatabase;
  let db: Knex;
  let performer: Performer;
  let folder: string;
  let signer: Signer;
  let keys = 0;

  const write = async (zone: string, text: string): Promise<void> => {
    await performer.perform(note, clerk, { zone, text }, `note-${(keys += 1)}`);
  };
  const seal = () => withTransaction(db, everything, (tx) => sealChains(tx, signer, new Date()));
  const exported = async (name = 'trail.jsonl'): Promise<string> => {
    const file = path.join(folder, name);
    await exportAudit(db, file, signer);
    return file;
  };
  /** Runs SQL as the owner of the tables, whom nothing in the program stops. */
  const tamper = (sql: string): Promise<unknown> => db.raw(sql);
  const brokenIn = (found: Verification) => (found.valid ? undefined : found.broken);

  beforeEach(async () => {
    database = await cloneDatabase();
    db = makePool({ url: database.url, max: 3, applicationName: 'test-audit' });
    performer = new Performer(db, {
      authorise: () => undefined,
      needsApproval: () => false,
      submit: () => Promise.reject(new Error('nothing is submitted here')),
      observe: () => undefined,
    });
    folder = await mkdtemp(path.join(tmpdir(), 'yuanxin-audit-'));
    signer = await keptSigner(folder);
    for (const [zone, text] of [
      [chainA, '首笔：用款 1250000.00 元'],
      [chainB, 'second "quoted" \\ text'],
      [chainA, '𠮷 emoji 🏦'],
      [chainA, 'third'],
      [chainB, 'fourth'],
    ] as const) {
      await write(zone, text);
    }
  });

  afterEach(async () => {
    await db.destroy();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  describe('online', () => {
    it('holds for what was written, and names the key that sealed it', async () => {
      const { sealed, broken } = await seal();
      expect(broken).to.deep.equal([]);
      expect(sealed.map((s) => [s.chain, s.fromHeight, s.toHeight])).to.deep.equal([
        [chainA, '1', '3'],
        [chainB, '1', '2'],
      ]);
      const found = await verifyChains(db);
      expect(found).to.deep.include({ valid: true, links: 5, keyIds: [signer.keyId] });
      if (!found.valid) throw new Error('not valid');
      expect(found.chains.map((c) => [c.chain, c.height, c.sealedTo, c.seals])).to.deep.equal([
        [chainA, '3', '3', 1],
        [chainB, '2', '2', 1],
      ]);
    });

    it('seals only what is new, and nothing twice', async () => {
      await seal();
      expect((await seal()).sealed).to.deep.equal([]);
      await write(chainB, 'more');
      const { sealed } = await seal();
      expect(sealed.map((s) => [s.chain, s.fromHeight, s.toHeight])).to.deep.equal([
        [chainB, '3', '3'],
      ]);
      expect(await verifyChains(db)).to.deep.include({ valid: true, links: 6 });
    });

    it('seals once when two jobs come at the same time', async () => {
      await Promise.all([seal(), seal()]);
      const blocks = await db('platform_seals').count({ n: '*' });
      expect(blocks).to.deep.equal([{ n: '2' }]);
    });

    it('seals as an operation, which is itself a link', async () => {
      const outcome = await performer.perform(sealAudit(signer), clerk, {}, 'job:seal-audit:day');
      expect(outcome.kind).to.equal('done');
      const again = await performer.perform(sealAudit(signer), clerk, {}, 'job:seal-audit:day');
      expect(again).to.deep.include({ kind: 'done', replayed: true });
      expect(await verifyChains(db)).to.deep.include({ valid: true, links: 6 });
      expect(await db('platform_seals').count({ n: '*' })).to.deep.equal([{ n: '2' }]);
    });

    it('tells of a file that cannot be written by the name that was asked for', async () => {
      const before = await readdir(folder);
      for (const [name, code] of [
        ['missing/trail.jsonl', 'ENOENT'],
        ['.', 'EISDIR'],
      ] as const) {
        const file = path.join(folder, name);
        const problem = await exportAudit(db, file, signer).catch((cause: unknown) => cause);
        expect(problem).to.include({ code, path: file });
        expect((problem as Error).message)
          .to.include(`'${file}'`)
          .and.not.to.include('.part');
      }
      expect(await readdir(folder)).to.deep.equal(before);
    });

    for (const [what, sql, broken] of [
      ['an input', `input = '{"text":"x","zone":"zone_a"}'`, 'altered'],
      ['a space in an input', `input = (input::text || ' ')::json`, 'altered'],
      ['an outcome', `outcome = 'refused'`, 'altered'],
      ['an actor', `actor_id = 'user_other'`, 'altered'],
      ['an instant by a microsecond', `recorded_at = recorded_at + interval '1 us'`, 'altered'],
      ['an empty approval for none', `approval_id = ''`, 'altered'],
      ['a link to what was before', `previous_hash = repeat('0', 64)`, 'unlinked'],
      ['a hash', `hash = repeat('a', 64)`, 'altered'],
    ] as const) {
      it(`finds ${what} changed`, async () => {
        await tamper(
          `update platform_operations set ${sql} where chain = '${chainA}' and height = 2`,
        );
        expect(brokenIn(await verifyChains(db))).to.deep.equal({
          chain: chainA,
          height: '2',
          reason: broken,
        });
      });
    }

    it('finds a link deleted', async () => {
      await tamper(`delete from platform_operations where chain = '${chainB}' and height = 1`);
      expect(brokenIn(await verifyChains(db))).to.deep.equal({
        chain: chainB,
        height: '1',
        reason: 'missing',
      });
    });

    it('finds a forged head', async () => {
      await tamper(
        `update platform_chains set head_hash = repeat('b', 64) where chain = '${chainB}'`,
      );
      expect(brokenIn(await verifyChains(db))).to.deep.equal({
        chain: chainB,
        height: '2',
        reason: 'head-forged',
      });
    });

    it('finds the last links cut off when a seal stands behind them', async () => {
      await seal();
      await tamper(`
        delete from platform_operations where chain = '${chainA}' and height = 3;
        update platform_chains c set height = 2, head_hash = o.hash
          from platform_operations o where o.chain = c.chain and o.height = 2
            and c.chain = '${chainA}'`);
      expect(brokenIn(await verifyChains(db))).to.deep.equal({
        chain: chainA,
        height: '3',
        reason: 'missing',
      });
    });

    it('finds a whole chain that lost its head', async () => {
      await tamper(`delete from platform_chains where chain = '${chainB}'`);
      expect(brokenIn(await verifyChains(db))).to.deep.equal({
        chain: chainB,
        height: '1',
        reason: 'beyond-head',
      });
    });

    it('finds a seal that was moved, forged or made by a stranger', async () => {
      await seal();
      const stranger = signerOf(Buffer.alloc(32, 7).toString('base64url'));
      await tamper(
        `update platform_seals set head_hash = repeat('c', 64) where chain = '${chainA}'`,
      );
      expect(brokenIn(await verifyChains(db))?.reason).to.equal('seal-hash');
      await tamper('delete from platform_seals');
      await seal();
      await tamper(`update platform_seals set sealed_at = sealed_at + interval '1 second'`);
      expect(brokenIn(await verifyChains(db))?.reason).to.equal('seal-signature');
      await tamper(`update platform_seals set key_id = '${stranger.keyId}'`);
      expect(brokenIn(await verifyChains(db))?.reason).to.equal('seal-key-unknown');
      // A stranger's public key under the name of the real one is no key at all.
      await tamper(`update platform_seals set key_id = '${signer.keyId}';
        update platform_seal_keys set public_key = '${stranger.publicKey}'`);
      expect(brokenIn(await verifyChains(db))?.reason).to.equal('seal-key-unknown');
    });

    it('does not sign a broken block, but the blocks of the other chains', async () => {
      await tamper(
        `update platform_operations set actor_id = 'x' where chain = '${chainA}' and height = 3`,
      );
      const { sealed, broken } = await seal();
      expect(sealed.map((s) => s.chain)).to.deep.equal([chainB]);
      expect(broken).to.deep.equal([{ chain: chainA, height: '3', reason: 'altered' }]);
    });

    it('refuses to prove a chain of which only a part is visible', async () => {
      const scope = { zones: [chainA], owners: ['org_clerk'] };
      const failure: unknown = await withTransaction(db, scope, verifyTrail).catch(
        (problem: unknown) => problem,
      );
      expect(failure).to.be.instanceOf(Failure);
      expect(failure).to.have.property('code', 'scope-partial');
    });
  });

  describe('as a file', () => {
    /** Writes the lines as changed by `edit` and proves the result. */
    async function edited(edit: (lines: string[]) => string[]): Promise<Verification> {
      const text = await readFile(await exported(), 'utf8');
      const lines = text.trimEnd().split('\n');
      const file = path.join(folder, 'edited.jsonl');
      await writeFile(file, `${edit(lines).join('\n')}\n`);
      return verifyExport(file);
    }

    it('proves itself without a database, for its owner only', async () => {
      await seal();
      await write(chainA, 'after the seal');
      const file = await exported();
      expect((await stat(file)).mode & 0o777).to.equal(0o600);
      const found = await verifyExport(file);
      expect(found).to.deep.include({ valid: true, links: 6, keyIds: [signer.keyId] });
      if (!found.valid) throw new Error('not valid');
      expect(found.chains.map((c) => [c.chain, c.height, c.sealedTo])).to.deep.equal([
        [chainA, '4', '3'],
        [chainB, '2', '2'],
      ]);
      expect(await verifyExport(file, [signer.keyId])).to.have.property('valid', true);
      expect(await verifyExport(file, ['another'])).to.deep.include({ valid: false });
    });

    it('finds any byte changed, anywhere', async () => {
      await seal();
      const bytes = await readFile(await exported());
      const file = path.join(folder, 'changed.jsonl');
      await fc.assert(
        fc.asyncProperty(
          fc.nat({ max: bytes.length - 1 }),
          fc.integer({ min: 1, max: 255 }),
          async (place, flip) => {
            const changed = Buffer.from(bytes);
            changed[place] = (changed[place] as number) ^ flip;
            await writeFile(file, changed);
            expect((await verifyExport(file)).valid).to.equal(false);
          },
        ),
        { numRuns: 400 },
      );
    });

    it('finds any line dropped', async () => {
      await seal();
      const count = (await readFile(await exported(), 'utf8')).trimEnd().split('\n').length;
      for (let place = 0; place < count; place += 1) {
        const found = await edited((lines) => lines.toSpliced(place, 1));
        expect(found.valid, `without line ${place}`).to.equal(false);
      }
    });

    it('names the line that was dropped, and the first of two that were swapped', async () => {
      const at = (chain: string, height: string) => (line: string) =>
        line.includes(`"chain":"${chain}"`) && line.includes(`"height":"${height}"`);
      const dropped = await edited((lines) => {
        const place = lines.findIndex((l, i) => i > 0 && at(chainA, '2')(l));
        return lines.toSpliced(place, 1);
      });
      expect(brokenIn(dropped)).to.deep.equal({ chain: chainA, height: '2', reason: 'missing' });
      const swapped = await edited((lines) => {
        const place = lines.findIndex((l, i) => i > 0 && at(chainB, '1')(l));
        const [one, two] = [lines[place] as string, lines[place + 1] as string];
        return lines.toSpliced(place, 2, two, one);
      });
      expect(brokenIn(swapped)).to.deep.equal({ chain: chainB, height: '1', reason: 'missing' });
    });

    it('finds a forged head, a cut tail and an added line', async () => {
      const forged = await edited((lines) => [
        (lines[0] as string).replace('"height":"3"', '"height":"2"'),
        ...lines.slice(1),
      ]);
      expect(brokenIn(forged)?.reason).to.equal('header');
      const cut = await edited((lines) => lines.slice(0, -1));
      expect(brokenIn(cut)).to.deep.equal({ chain: chainB, height: '2', reason: 'missing' });
      const added = await edited((lines) => [...lines, lines.at(-1) as string]);
      expect(brokenIn(added)).to.deep.include({ reason: 'beyond-head' });
      const unfinished = await edited((lines) => [...lines.slice(0, -1), '{"kind":"li']);
      expect(brokenIn(unfinished)).to.deep.equal({
        chain: chainB,
        height: '2',
        reason: 'unreadable',
      });
    });
  });
});
