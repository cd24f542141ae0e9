/** What is published does not change unnoticed: the API's document and every refusal. */
import { expect } from 'chai';
import { modules } from '../src/runtime.ts';
import { apiDocument } from '../src/platform/openapi.ts';
import { httpStatus } from '../src/kernel/failure.ts';
import { platformRefusals } from '../src/platform/refusals.ts';
import { sessionPaths } from '../src/identity/index.ts';
import { trialPaths } from '../src/platform/trial-route.ts';
import { calculationPaths, calculations } from '../src/calc/index.ts';
import { expectGolden } from './support/golden.ts';

describe('what is published', () => {
  it('is the OpenAPI document that is committed', () => {
    const document = apiDocument(modules, '0.1.0', {
      ...sessionPaths,
      ...calculationPaths,
      ...trialPaths,
    });
    expect(Object.keys(document.paths).length).to.be.greaterThan(40);
    expectGolden('openapi.json', `${JSON.stringify(document, undefined, 1)}\n`);
  });

  it('is the list of refusals that is committed, in order of precedence', () => {
    const all = [
      { name: 'platform', refusals: Object.values(platformRefusals) },
      ...modules.map(({ name, refusals }) => ({ name, refusals })),
    ].filter(({ refusals }) => refusals.length > 0);
    expect(all.length).to.be.greaterThan(8);
    const text = all
      .map(({ name, refusals }) =>
        [
          `## ${name}`,
          '',
          '| code | status | 中文 | English |',
          '| --- | --- | --- | --- |',
          ...refusals.map((r) => `| ${r.code} | ${httpStatus[r.kind]} | ${r.zh} | ${r.en} |`),
          '',
        ].join('\n'),
      )
      .join('\n');
    expectGolden('refusals.md', `# 拒绝理由 Refusals\n\n${text}`);
  });

  it('names everything once', () => {
    const operations = modules.flatMap((module) => module.operations.map((one) => one.name));
    const queries = modules.flatMap((module) => module.queries.map((one) => one.name));
    const names = [...operations, ...queries, ...calculations.map((one) => `calc.${one.name}`)];
    expect(new Set(names).size).to.equal(names.length);
    expect(operations.length).to.be.greaterThan(35);
    for (const name of [...operations, ...queries]) {
      expect(name).to.match(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/);
    }
  });

  it('offers every operation at an address, but those that only jobs and people inside run', () => {
    const routed = new Set(
      modules.flatMap((module) =>
        module.routes.flatMap((route) => ('operation' in route ? [route.operation.name] : [])),
      ),
    );
    const hidden = modules
      .flatMap((module) => module.operations.map((one) => one.name))
      .filter((name) => !routed.has(name));
    expectGolden('operations-without-address.txt', `${hidden.toSorted().join('\n')}\n`);
  });
});
