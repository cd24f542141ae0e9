/**
 * The port of `perform`: which calls need a second person, and how they are filed. Tiers are read
 * at most every five seconds, because the question is asked for every single drawdown.
 */
import type { Knex } from 'knex';
import { canonicalJson, dayInShanghai, newId } from '../kernel/index.ts';
import { isSystemActor } from '../identity/index.ts';
import type { Actor, Context, Item, Operation } from '../platform/operation.ts';
import { platformChain } from '../platform/operation-log.ts';
import { withRetry } from '../platform/perform.ts';
import type { Trial } from '../platform/trial.ts';
import { everything, withTransaction } from '../platform/transaction.ts';
import type { Need, Tier } from './model.ts';
import { needOf, tierInForce } from './rules.ts';
import { allTiers, fileRequest } from './store.ts';

const rememberedMs = 5_000;

export class Approvals {
  readonly #db: Knex;
  #tiers: readonly Tier[] = [];
  #freshUntilMs = 0;
  #loading: Promise<readonly Tier[]> | undefined;

  constructor(db: Knex) {
    this.#db = db;
  }

  /** Whether this input of this actor needs a second person. Jobs have none and need none. */
  needed(operation: Operation, actor: Actor, input: unknown): boolean | Promise<boolean> {
    if (!operation.approval || isSystemActor(actor)) return false;
    if (Date.now() < this.#freshUntilMs) {
      return needIn(this.#tiers, operation, actor, input) !== undefined;
    }
    return this.#load().then((tiers) => needIn(tiers, operation, actor, input) !== undefined);
  }

  /** Files the rehearsed item and answers the request's id. */
  async submit(
    context: Context,
    operation: Operation,
    item: Item<unknown>,
    filing: {
      readonly raw: unknown;
      readonly hold: string | undefined;
      readonly rehearsed: unknown;
      readonly effects: Trial['effects'];
      /** The zone that the rehearsal concerned. */
      readonly zoneId?: string | undefined;
    },
  ): Promise<string> {
    if (operation.secret.length > 0) {
      throw new Error(`${operation.name} has secrets, which a request would keep.`);
    }
    const { actor, operationId, expectedVersion } = item;
    // The tiers that `needed` has just asked; reading them anew would take a second connection.
    const need = needIn(this.#tiers, operation, actor, item.input);
    const id = newId('appr');
    const zoneId = zoneOf(filing, actor);
    await fileRequest(context.tx, {
      id,
      zoneId,
      ownerId: actor.organisationId,
      operation: operation.name,
      input: canonicalJson(filing.raw),
      expectedVersion,
      makerId: actor.userId,
      makerPersonId: actor.personId,
      hold: filing.hold,
      rehearsed: canonicalJson(filing.rehearsed ?? null),
      effects: canonicalJson(filing.effects),
      operationId,
      madeAt: context.now,
      ...(need ?? unforeseen(operation)),
    });
    context.emit(item, {
      name: 'approvals.request-submitted',
      zoneId: zoneId ?? platformChain,
      ownerId: actor.organisationId,
      subjectId: id,
      payload: { operation: operation.name, makerId: actor.userId },
    });
    return id;
  }

  /** Calls that find the tiers old wait for one reading of them. */
  #load(): Promise<readonly Tier[]> {
    if (Date.now() < this.#freshUntilMs) return Promise.resolve(this.#tiers);
    this.#loading ??= withRetry(() => withTransaction(this.#db, everything, allTiers))
      .then((tiers) => {
        this.#tiers = tiers;
        this.#freshUntilMs = Date.now() + rememberedMs;
        return tiers;
      })
      .finally(() => {
        this.#loading = undefined;
      });
    return this.#loading;
  }
}

function needIn(
  tiers: readonly Tier[],
  operation: Operation,
  actor: Actor,
  input: unknown,
): Need | undefined {
  const { approval, name } = operation;
  if (!approval) return undefined;
  const { permission } = approval;
  const always = approval.always ?? approval.needed?.(input) ?? false;
  const asked = { operation: name, amount: approval.amount?.(input), always, permission };
  const where = { operation: name, ownerId: actor.organisationId, today: dayInShanghai() };
  return needOf(asked, tierInForce(tiers, where));
}

/** The tier rose between the question and the filing; the request stands as it was asked for. */
function unforeseen({ approval, name }: Operation): Need {
  if (!approval) throw new Error(`${name} was filed, but never needs approval.`);
  return { amount: undefined, permission: approval.permission, tierVersion: undefined };
}

/**
 * The zone that the request concerns: what the rehearsal said (none, where it concerned all of
 * them), else the input, else the only one.
 */
function zoneOf(
  filing: { readonly raw: unknown; readonly zoneId?: string | undefined },
  { scope }: Actor,
): string | undefined {
  const { raw, zoneId } = filing;
  if (zoneId !== undefined) return zoneId === platformChain ? undefined : zoneId;
  const named = typeof raw === 'object' && raw !== null && 'zoneId' in raw ? raw.zoneId : undefined;
  if (typeof named === 'string' && (scope.zones === '*' || scope.zones.includes(named))) {
    return named;
  }
  return scope.zones !== '*' && scope.zones.length === 1 ? scope.zones[0] : undefined;
}
