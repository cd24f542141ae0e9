// How a wrong input is told: in Chinese with the English beside it, also where a rule words it.
import { expect } from 'chai';
import { z } from 'zod';
import { Failure, sentence } from '../../src/kernel/index.ts';
import { parseInput } from '../../src/platform/perform.ts';

const schema = z.strictObject({
  name: z.string(),
  share: z.string().refine((text) => text !== '2', {
    message: sentence('比例不得大于 1', 'a share is at most 1'),
  }),
});

const problemsOf = (raw: unknown): unknown => {
  const answer = parseInput(schema, raw);
  return answer instanceof Failure ? answer.facts['problems'] : answer;
};

describe('a wrong input', () => {
  it('is told in both languages where the schema words it', () => {
    expect(problemsOf({ share: '1' })).to.deep.equal([
      {
        path: 'name',
        message: '必填',
        messageEn: 'required',
      },
    ]);
  });

  it('keeps the sentence of a rule, and the order of what is wrong', () => {
    const problems = problemsOf({ name: 1, share: '2', colour: 'red' });
    expect(problems).to.have.length(3);
    expect(problems).to.have.nested.property('[0].path', 'name');
    expect(problems).to.deep.include({
      path: 'share',
      message: '比例不得大于 1',
      messageEn: 'a share is at most 1',
    });
    expect(problems).to.have.nested.property('[2].messageEn', 'Unrecognized key: "colour"');
    expect(problems).to.have.nested.property('[2].message').that.contains('colour');
  });

  it('is no problem when it is right', () => {
    expect(problemsOf({ name: 'a', share: '1' })).to.deep.equal({ name: 'a', share: '1' });
  });
});
