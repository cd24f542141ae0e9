/**
 * Reads the book: all of it, before anything is booked, so that a file that is not the book leaves
 * nothing. The file's SHA-256 is the key of the zone that it is replayed into.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { Failure, Money } from '../../kernel/index.ts';
import { exchangeRefusals as no } from '../refusals.ts';
import type { Loan, Reason, Row } from './loans.ts';
import { columns, loanOf, reasons } from './loans.ts';

const largestBytes = 200 * 1024 * 1024;

export interface Book {
  readonly digest: string;
  readonly rows: number;
  readonly loans: readonly Loan[];
  readonly refused: Readonly<Record<Reason, number>>;
  readonly ignoredLoss: Money;
}

async function contentOf(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > largestBytes) throw new Failure(no['file-too-large'], { bytes: size, largestBytes });
    return await readFile(file);
  } catch (problem) {
    if (problem instanceof Failure) throw problem;
    const reason = (problem as NodeJS.ErrnoException).code ?? 'unknown';
    throw new Failure(no['file-unreadable'], { file, reason });
  }
}

function textOf(content: Buffer): string {
  if (content.includes(0)) throw new Failure(no['file-not-text'], { reason: 'it holds NUL bytes' });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new Failure(no['file-not-text'], { reason: 'it is not UTF-8' });
  }
}

function rowsOf(text: string): Row[] {
  let lines: string[][];
  try {
    lines = parse(text, { bom: true, skip_empty_lines: true, relax_column_count: false });
  } catch (problem) {
    throw new Failure(no['file-not-csv'], { reason: (problem as Error).message.slice(0, 200) });
  }
  const heading = (lines.shift() ?? []).map((name) => name.trim());
  const missing = columns.filter((name) => !heading.includes(name));
  if (missing.length > 0) {
    throw new Failure(no['columns-missing'], { missing, found: heading.slice(0, 40) });
  }
  const places = columns.map((name) => heading.indexOf(name));
  return lines.map(
    (cells) =>
      Object.fromEntries(columns.map((name, i) => [name, cells[places[i] ?? -1] ?? ''])) as Row,
  );
}

/** Reads and judges the whole book. Throws a Failure that says why the file is not one. */
export async function readBook(file: string): Promise<Book> {
  const content = await contentOf(file);
  const rows = rowsOf(textOf(content));
  const refused = Object.fromEntries(reasons.map((reason) => [reason, 0])) as Record<
    Reason,
    number
  >;
  const loans: Loan[] = [];
  const seen = new Set<string>();
  for (const [i, row] of rows.entries()) {
    const loan = loanOf(row, i + 1);
    if (typeof loan === 'string') {
      refused[loan] += 1;
      continue;
    }
    if (loan.number === '' || seen.has(loan.number)) {
      throw new Failure(no['row-repeated'], { line: i + 1, loan: loan.number });
    }
    seen.add(loan.number);
    loans.push(loan);
  }
  return {
    digest: createHash('sha256').update(content).digest('hex'),
    rows: rows.length,
    loans,
    refused,
    ignoredLoss: Money.sum(loans.map((loan) => loan.ignoredLoss)),
  };
}
