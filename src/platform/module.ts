/**
 * What a module puts on the catalogue: its operations, queries, routes, refusals and invariants,
 * all plain values. `runtime.ts` lists the modules, lowest rung first; nothing registers itself.
 */
import type { Refusal } from '../kernel/failure.ts';
import type { Names } from './names.ts';
import type { Operation, Query } from './operation.ts';

export interface Invariant {
  readonly name: string;
  /** Selects the rows that break it; no row means that it holds. */
  readonly sql: string;
}

/** One address of the API. Path, query and body members together are the input. */
export type Route =
  | {
      readonly method: 'post' | 'put' | 'patch' | 'delete';
      /** Below `/api/v1`, parameters as `:name`. */
      readonly path: string;
      readonly operation: Operation;
      /** 201 when it makes a thing (the default of POST), 200 when it changes one. */
      readonly status?: 200 | 201;
    }
  | {
      readonly method: 'get';
      readonly path: string;
      readonly query: Query;
    };

export interface Module {
  readonly name: string;
  readonly operations: readonly Operation[];
  readonly queries: readonly Query[];
  readonly routes: readonly Route[];
  readonly refusals: readonly Refusal[];
  readonly invariants: readonly Invariant[];
  /** What its ids stand for. */
  readonly names: Names;
}

/** A module of values; whatever is left out is empty. */
export const defineModule = (module: Partial<Module> & { readonly name: string }): Module => ({
  operations: [],
  queries: [],
  routes: [],
  refusals: [],
  invariants: [],
  names: {},
  ...module,
});
