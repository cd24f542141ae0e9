/**
 * Inserts many rows of one table with one statement. A column that has the same value in every row
 * (a zone, a state, mostly the day) travels once, the others as arrays: writing and reading the
 * texts of its values is what a hot batch spends most on.
 */
import type { Statement, Tx } from './transaction.ts';
import { statement } from './transaction.ts';

/** A statement is prepared per connection, so one insert takes no more forms than this. */
const mostForms = 32;

/** The values of each column, all of one length; what is not text becomes it. */
export type Columns<C extends string> = Record<C, readonly unknown[]>;

const isUniform = (values: readonly unknown[]): boolean =>
  values.every((value) => value === values[0]);

function insertText(
  table: string,
  types: readonly (readonly [column: string, type: string])[],
  uniform: readonly boolean[],
): string {
  const wanted = types.map(([column, type], i) =>
    uniform[i] ? `$${i + 1}::${type}` : `each.${column}::${type}`,
  );
  const arrays = types.flatMap(([column], i) => (uniform[i] ? [] : [[`$${i + 1}`, column]]));
  const from =
    arrays.length === 0
      ? ''
      : ` from unnest(${arrays.map(([place]) => `${place}::text[]`).join(', ')})
     as each (${arrays.map(([, column]) => column).join(', ')})`;
  const columns = types.map(([column]) => column).join(', ');
  return `insert into ${table} (${columns}) select ${wanted.join(', ')}${from}`;
}

/**
 * An insert into `table`.
 * @param types of the columns, as PostgreSQL names them.
 * @returns a function of the columns' values, which sends the rows without waiting: what comes
 * after sees them, and the commit waits for them. A list without rows sends nothing.
 */
export function bulkInsert<C extends string>(
  name: string,
  table: string,
  types: Record<C, string>,
): (tx: Tx, columns: Columns<C>) => void {
  const columnTypes = Object.entries<string>(types);
  const names = columnTypes.map(([column]) => column as C);
  const forms = new Map<string, Statement>();

  const formOf = (uniform: readonly boolean[]): Statement | undefined => {
    const key = uniform.map((one) => (one ? '1' : '0')).join('');
    const known = forms.get(key);
    if (known || forms.size >= mostForms) return known;
    const form = statement(`${name}.${key}`, insertText(table, columnTypes, uniform));
    forms.set(key, form);
    return form;
  };
  const everyColumn = names.map(() => false);
  formOf(everyColumn);

  return (tx, columns) => {
    const { length } = columns[names[0] as C];
    if (length === 0) return;
    let uniform = names.map((column) => isUniform(columns[column]));
    // Equal rows are still so many rows.
    if (length > 1 && !uniform.includes(false)) uniform = everyColumn;
    let form = formOf(uniform);
    if (!form) {
      uniform = everyColumn;
      form = formOf(everyColumn) as Statement;
    }
    tx.send(
      form,
      names.map((column, i) => (uniform[i] ? columns[column][0] : columns[column])),
    );
  };
}
