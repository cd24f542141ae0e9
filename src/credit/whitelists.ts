// The whitelists' part of the module: its operations, queries and addresses, for `index.ts`.
import type { Invariant, Route } from '../platform/module.ts';
import { answerReferral } from './operations/answer-referral.ts';
import { activateEntry, decideEntries, decideEntry } from './operations/decide-entry.ts';
import { nominate } from './operations/nominate.ts';
import { declineEntry, submitEntry } from './operations/prepare-entry.ts';
import { raiseReviews } from './operations/raise-reviews.ts';
import { recommendEntries, recommendEntry } from './operations/recommend-entry.ts';
import { recordTag, revokeTag } from './operations/record-tag.ts';
import { raiseReview, reviewEntry } from './operations/review-entry.ts';
import { screenEntry } from './operations/screen-entry.ts';
import { sendFinancingList } from './operations/send-financing-list.ts';
import { exitEntry, resumeEntry, suspendEntry } from './operations/suspend-entry.ts';
import {
  financingConversion,
  listFinancingLists,
  listReferrals,
  showReferral,
} from './queries-financing-lists.ts';
import { listEntries, listTags, listWhitelistDue, showEntry } from './queries-whitelist.ts';

const operations = [
  nominate,
  submitEntry,
  screenEntry,
  declineEntry,
  recommendEntry,
  recommendEntries,
  decideEntry,
  decideEntries,
  activateEntry,
  suspendEntry,
  resumeEntry,
  exitEntry,
  raiseReview,
  raiseReviews,
  reviewEntry,
  recordTag,
  revokeTag,
  sendFinancingList,
  answerReferral,
];

const queries = [
  listEntries,
  showEntry,
  listTags,
  listWhitelistDue,
  listFinancingLists,
  listReferrals,
  showReferral,
  financingConversion,
];

const one = '/whitelist-entries/:entryId';

const routes: readonly Route[] = [
  { method: 'post', path: '/whitelist-entries', operation: nominate },
  { method: 'get', path: '/whitelist-entries', query: listEntries },
  {
    method: 'post',
    path: '/whitelist-recommendations',
    operation: recommendEntries,
    status: 200,
  },
  { method: 'post', path: '/whitelist-decisions', operation: decideEntries, status: 200 },
  { method: 'get', path: '/whitelist-due', query: listWhitelistDue },
  { method: 'get', path: one, query: showEntry },
  { method: 'post', path: `${one}/submissions`, operation: submitEntry, status: 200 },
  { method: 'post', path: `${one}/screenings`, operation: screenEntry, status: 200 },
  { method: 'post', path: `${one}/refusals`, operation: declineEntry, status: 200 },
  { method: 'post', path: `${one}/recommendations`, operation: recommendEntry, status: 200 },
  { method: 'post', path: `${one}/decisions`, operation: decideEntry, status: 200 },
  { method: 'post', path: `${one}/activations`, operation: activateEntry, status: 200 },
  { method: 'post', path: `${one}/suspensions`, operation: suspendEntry, status: 200 },
  { method: 'post', path: `${one}/resumptions`, operation: resumeEntry, status: 200 },
  { method: 'post', path: `${one}/exits`, operation: exitEntry, status: 200 },
  { method: 'post', path: `${one}/reviews`, operation: raiseReview },
  { method: 'post', path: `${one}/reviews/:reviewId/results`, operation: reviewEntry, status: 200 },
  { method: 'post', path: '/enterprise-tags', operation: recordTag },
  { method: 'get', path: '/enterprise-tags', query: listTags },
  {
    method: 'post',
    path: '/enterprise-tags/:tagId/revocations',
    operation: revokeTag,
    status: 200,
  },
  { method: 'post', path: '/financing-lists', operation: sendFinancingList },
  { method: 'get', path: '/financing-lists', query: listFinancingLists },
  { method: 'get', path: '/financing-lists/:listId/referrals', query: listReferrals },
  { method: 'get', path: '/financing-lists/:listId/conversion', query: financingConversion },
  { method: 'get', path: '/financing-referrals/:referralId', query: showReferral },
  {
    method: 'post',
    path: '/financing-referrals/:referralId/answers',
    operation: answerReferral,
    status: 200,
  },
];

const invariants: readonly Invariant[] = [
  {
    name: 'a whitelist entry stands where its last step led',
    sql: `select w.id from credit_whitelist_entries w
          join lateral (select s.to_state from credit_whitelist_steps s where s.entry_id = w.id
            order by s.id desc limit 1) s on s.to_state <> w.state`,
  },
  {
    name: 'a financing referral says what was answered last, and was answered as it says',
    sql: `select r.id from credit_financing_referrals r
          left join lateral (select a.to_state from credit_financing_answers a
            where a.referral_id = r.id order by a.id desc limit 1) a on true
          where r.state <> coalesce(a.to_state, 'SENT')`,
  },
];

export const whitelists = { operations, queries, routes, invariants };
