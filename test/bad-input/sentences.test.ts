// Every rule that an input schema words itself says its sentence in both languages; what zod words
// is asked of zod in both.
import { expect } from 'chai';
import { z } from 'zod';
import { isFailure } from '../../src/kernel/index.ts';
import { parseInput } from '../../src/platform/perform.ts';
import { calculations, modules } from '../../src/runtime.ts';
import { isToldInBoth } from './told.ts';

const inputs = [
  ...modules.flatMap(({ operations, queries }) => [...operations, ...queries]),
  ...calculations,
].map(({ name, input }) => [name, input] as const);

/** The sentences of the rules of a schema, and of all that it is made of. */
function sentencesIn(part: unknown, seen: Set<unknown> = new Set()): string[] {
  if (typeof part !== 'object' || part === null || seen.has(part)) return [];
  seen.add(part);
  if (Array.isArray(part)) return part.flatMap((one) => sentencesIn(one, seen));
  const definition = (part as Partial<z.core.$ZodType>)._zod?.def ?? part;
  const { error } = definition as { error?: (issue: object) => string };
  const own = typeof error === 'function' ? [error({})] : [];
  return [...own, ...Object.values(definition).flatMap((one) => sentencesIn(one, seen))];
}

const inBoth = /^[^\n]*\p{Script=Han}[^\n]*\n[^\n\p{Script=Han}]*[a-z][^\n\p{Script=Han}]*$/u;

describe('the sentences of inputs', () => {
  it('are Chinese with the English beside it', () => {
    const found = inputs.map(([name, input]) => [name, [...new Set(sentencesIn(input))]] as const);
    const wrong = found.flatMap(([name, sentences]) =>
      sentences.filter((one) => !inBoth.test(one)).map((one) => `${name}: ${one}`),
    );
    expect(wrong).to.deep.equal([]);
    expect(new Set(found.flatMap(([, sentences]) => sentences)).size).to.be.greaterThan(60);
  });

  it('are told in both, whatever is missing', () => {
    for (const [name, input] of inputs) {
      const answer = parseInput(input, { 没有这个字段: 1 });
      expect(isFailure(answer), name).to.equal(true);
      if (!isFailure(answer)) continue;
      expect(answer.facts['problems'], name).to.be.an('array').with.length.above(0);
      expect(answer.facts, name).to.satisfy(isToldInBoth);
    }
  });
});
