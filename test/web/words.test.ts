// No code of the API stands on the page as it is: every one of its enumerations has words.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { exceptionStates } from '../../src/credit/model-exceptions.ts';
import { warnings } from '../../src/credit/queries-events.ts';
import { ratioNames } from '../../src/credit/rules/risk-report.ts';
import { reviewTriggers } from '../../src/credit/model-whitelist.ts';
import { nodeKinds } from '../../src/limits/model.ts';
import {
  incidentCauses,
  incidentStates,
  incidentSteps,
  severities,
} from '../../src/limits/rules/incident.ts';
import { State as claimStates } from '../../src/risk-pool/queries/claims.ts';
import { capNames } from '../../src/risk-pool/rules/claim.ts';
import { modules } from '../../src/runtime.ts';
import { loadWords } from './page-modules.ts';

/** Names whose end is put together where they are told, with every end that there is. */
const assembled = [
  ...incidentSteps.map((step) => `limits.incident-${step}`),
  ...exceptionStates.map((state) => `credit.exception-${state.toLowerCase()}`),
  ...['node-expired', 'node-expiring'].map((end) => `limits.${end}`),
  ...['step-begun', 'season-begun', 'season-ended', 'top-up-begun', 'top-up-ended'].map(
    (end) => `limits.${end}`,
  ),
];

/** Folders and files that name rules, journals, sessions and secrets, and tell no event. */
const silent = new RegExp(
  [
    '^src/(web|bench|demo|cli|calc|exchange)/',
    '^src/funds/(rules/|figures)',
    '/postings\\.ts$',
    '^src/platform/audit',
    '^src/identity/sessions\\.ts$',
  ].join('|'),
);

/** Every quoted name of a module that is no operation, no query and no argument of a call. */
function toldIn(): Set<string> {
  const others = new Set(
    modules.flatMap((one) => [...one.operations, ...one.queries].map(({ name }) => name)),
  );
  const names = modules.map(({ name }) => name).join('|');
  const quoted = new RegExp(`([a-zA-Z]+\\(\\s*)?'((?:${names})\\.[a-z-]+)'`, 'g');
  const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .map((file) => path.posix.join('src', file))
    .filter((file) => file.endsWith('.ts') && !silent.test(file));
  const told = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(quoted)].flatMap(([, call, name = '']) =>
      call === undefined && !others.has(name) ? name : [],
    ),
  );
  return new Set([...told, ...assembled]);
}

describe('web: words', () => {
  it('has words for every event that is told, and for no other', async () => {
    const { eventWords } = await loadWords();
    expect(Object.keys(eventWords).toSorted()).to.deep.equal([...toldIn()].toSorted());
    expect(Object.values(eventWords).filter((text) => /[a-z]/i.test(text))).to.deep.equal([]);
  });

  const enumerations: Readonly<Record<string, readonly string[]>> = {
    claimCap: capNames,
    claimState: claimStates.options,
    eventName: warnings,
    incidentCause: incidentCauses,
    incidentState: incidentStates,
    nodeKind: nodeKinds,
    reviewTrigger: reviewTriggers,
    riskRatio: ratioNames,
    severity: severities,
  };
  for (const [kind, codes] of Object.entries(enumerations)) {
    it(`has words for every ${kind}`, async () => {
      const { word } = await loadWords();
      expect(codes.filter((code) => word(kind, code) === code)).to.deep.equal([]);
    });
  }
});
