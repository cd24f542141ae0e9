// A refusal keeps its code, its facts and its place in the order, and costs no stack.
import { expect } from 'chai';
import type { FailureKind } from '../../src/kernel/failure.ts';
import { Failure, httpStatus, isFailure, refusals } from '../../src/kernel/failure.ts';
import { Money } from '../../src/kernel/money.ts';
import { Rate } from '../../src/kernel/rate.ts';

const says = refusals('limits', {
  'limit-frozen': { kind: 'refused', zh: '额度已冻结', en: 'The limit is frozen' },
  'limit-exhausted': { kind: 'refused', zh: '额度不足', en: 'Not enough headroom' },
  'node-missing': { kind: 'missing', zh: '没有该节点', en: 'No such node' },
});

describe('failure', () => {
  it('lists refusals in the order of declaration, each with its key as code', () => {
    const codes = Object.values(says).map(({ code }) => code);
    expect(codes).to.deep.equal(['limit-frozen', 'limit-exhausted', 'node-missing']);
    expect(says['node-missing']).to.deep.equal({
      code: 'node-missing',
      module: 'limits',
      kind: 'missing',
      zh: '没有该节点',
      en: 'No such node',
    });
  });

  it('refuses a code that would leave the order of declaration', () => {
    const table = { '404': { kind: 'missing', zh: '无', en: 'None' } } as const;
    expect(() => refusals('limits', table)).to.throw(TypeError, "limits: not a code: '404'");
  });

  it('carries kind, code, both titles and facts, and no stack', () => {
    const failure = new Failure(says['limit-exhausted'], { shortBy: Money.of('1.5') });
    expect(failure).to.be.instanceOf(Error);
    expect(failure.name).to.equal('Failure');
    expect(failure.kind).to.equal('refused');
    expect(failure.code).to.equal('limit-exhausted');
    expect(failure.title).to.deep.equal({ zh: '额度不足', en: 'Not enough headroom' });
    expect(failure.message).to.equal('limit-exhausted: Not enough headroom');
    expect(failure.stack).not.to.include('\n');
  });

  it('leaves the stacks of other errors as they were', () => {
    const frames = Error.stackTraceLimit;
    const failure = new Failure(says['limit-frozen']);
    expect(failure.facts).to.deep.equal({});
    expect(Error.stackTraceLimit).to.equal(frames);
    expect(new Error('other').stack).to.include('\n');
  });

  it('serialises amounts and rates in its facts as text', () => {
    const facts = { available: Money.of('90071992547409.93'), rate: Rate.of('0.0345') };
    const failure = new Failure(says['limit-exhausted'], facts);
    expect(JSON.stringify(failure.facts)).to.equal(
      '{"available":"90071992547409.93","rate":"0.0345"}',
    );
  });

  it('is told from other errors', () => {
    expect(isFailure(new Failure(says['limit-frozen']))).to.equal(true);
    for (const other of [new Error('limit-frozen'), { code: 'limit-frozen' }, undefined, null]) {
      expect(isFailure(other)).to.equal(false);
    }
  });

  it('maps every kind to one HTTP status', () => {
    const expected: Record<FailureKind, number> = {
      invalid: 400,
      unauthenticated: 401,
      forbidden: 403,
      missing: 404,
      conflict: 409,
      stale: 412,
      'too-large': 413,
      unsupported: 415,
      refused: 422,
      precondition: 428,
      busy: 503,
    };
    expect(httpStatus).to.deep.equal(expected);
  });
});
