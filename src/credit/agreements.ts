/** The part of the module about park agreements: what it can do, answer and refuse, and where. */
import type { Invariant, Route } from '../platform/module.ts';
import { agreementRefusals } from './agreement-refusals.ts';
import { amendAgreement } from './operations/amend-agreement.ts';
import { amendProgramme } from './operations/amend-programme.ts';
import { amendSegment } from './operations/amend-segment.ts';
import { endAgreement } from './operations/end-agreement.ts';
import { openAgreement } from './operations/open-agreement.ts';
import { openProgramme } from './operations/open-programme.ts';
import { openSegment } from './operations/open-segment.ts';
import { renewAgreement } from './operations/renew-agreement.ts';
import { tagLine } from './operations/tag-line.ts';
import { agreementHistory, showAgreement } from './queries-agreements.ts';
import { agreementProgress, parkProgress } from './queries-progress.ts';

const one = '/park-agreements/:agreementId';

const routes: readonly Route[] = [
  { method: 'post', path: '/park-agreements', operation: openAgreement },
  { method: 'get', path: one, query: showAgreement },
  { method: 'get', path: `${one}/history`, query: agreementHistory },
  { method: 'get', path: `${one}/progress`, query: agreementProgress },
  { method: 'get', path: '/zones/:zoneId/park-progress', query: parkProgress },
  { method: 'post', path: `${one}/amendments`, operation: amendAgreement, status: 200 },
  { method: 'post', path: `${one}/renewals`, operation: renewAgreement },
  { method: 'post', path: `${one}/early-end`, operation: endAgreement, status: 200 },
  { method: 'post', path: `${one}/segments`, operation: openSegment },
  {
    method: 'post',
    path: '/park-segments/:segmentId/amendments',
    operation: amendSegment,
    status: 200,
  },
  { method: 'post', path: `${one}/programmes`, operation: openProgramme },
  {
    method: 'post',
    path: '/priority-programmes/:programmeId/amendments',
    operation: amendProgramme,
    status: 200,
  },
  { method: 'post', path: '/credit-lines/:lineId/programme-tags', operation: tagLine },
];

const invariants: readonly Invariant[] = [
  {
    name: 'an agreement stands as its last dated terms say',
    sql: `select a.id from credit_agreements a
          left join credit_terms t on t.subject_id = a.id and t.version = a.version
          where t.terms is null or t.terms <> jsonb_build_object('name', a.name,
            'intentAmount', a.intent_amount::text, 'sense', a.sense, 'qualifier', a.qualifier,
            'startsOn', a.starts_on, 'endsOn', a.ends_on, 'endedOn', a.ended_on,
            'eligiblePurposes', a.eligible_purposes, 'countingColumn', a.counting_column,
            'sharesTotals', a.shares_totals, 'paceBehindBelow', a.pace_behind_below::text,
            'paceAheadAbove', a.pace_ahead_above::text)`,
  },
  {
    name: 'a segment stands as its last dated terms say',
    sql: `select s.id from credit_segments s
          left join credit_terms t on t.subject_id = s.id and t.version = s.version
          where t.terms is null or t.terms - 'amount' <> jsonb_build_object('name', s.name,
            'scope', s.scope, 'eligiblePurposes', s.eligible_purposes)`,
  },
  {
    name: 'a programme stands as its last dated terms say',
    sql: `select p.id from credit_programmes p
          left join credit_terms t on t.subject_id = p.id and t.version = p.version
          where t.terms is null or t.terms <> jsonb_build_object('name', p.name,
            'queueRank', p.queue_rank, 'decisionClockDays', p.decision_clock_days,
            'reservedQuota', p.reserved_quota::text, 'state', p.state)`,
  },
  {
    name: 'the value days of dated terms never fall as their versions rise',
    sql: `select later.subject_id from credit_terms later join credit_terms earlier
            on earlier.subject_id = later.subject_id and earlier.version = later.version - 1
          where later.value_on < earlier.value_on`,
  },
  {
    name: 'nothing can be drawn under an agreement that was ended',
    sql: `select a.id from credit_agreements a join limits_nodes n on n.id = a.node_id
          where a.ended_on is not null and n.state <> 'CLOSED'`,
  },
];

export const agreements = {
  operations: [
    openAgreement,
    amendAgreement,
    renewAgreement,
    endAgreement,
    openSegment,
    amendSegment,
    openProgramme,
    amendProgramme,
    tagLine,
  ],
  queries: [showAgreement, agreementHistory, agreementProgress, parkProgress],
  routes,
  refusals: Object.values(agreementRefusals),
  invariants,
};
