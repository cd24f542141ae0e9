// How tests set the terms of a limit on the stage, and ask what fits below it then.
import { drawDown, openSegment } from '../../src/credit/index.ts';
import { headroom } from '../../src/limits/headroom-queries.ts';
import { setTerms } from '../../src/limits/operations/set-terms.ts';
import type { Park } from '../credit/stage.ts';
import { drawing } from '../credit/stage.ts';
import type { Stage } from '../support/stage.ts';

export async function versionOf(stage: Stage, nodeId: string): Promise<number> {
  const [row] = await stage.rows<{ version: string }>(
    `select version from limits_nodes where id = '${nodeId}'`,
  );
  return parseInt(row?.version ?? '0', 10);
}

const asked = async (stage: Stage, nodeId: string, terms: object) =>
  [
    { nodeId, reason: '年度复核', ...terms },
    stage.bank,
    { expectedVersion: await versionOf(stage, nodeId) },
  ] as const;

export const setOn = async (stage: Stage, nodeId: string, terms: object) =>
  stage.done(setTerms, ...(await asked(stage, nodeId, terms)));

/** The code by which terms are refused. */
export const refusedOn = async (stage: Stage, nodeId: string, terms: object): Promise<string> =>
  (await stage.refused(setTerms, ...(await asked(stage, nodeId, terms)))).code;

/** Draws: `done`, or the code of the refusal. */
export async function outcomeOf(
  stage: Stage,
  lineId: string,
  amount: string,
  more: object = {},
): Promise<string> {
  const answer = await stage.outcome(drawDown, drawing(lineId, amount, more), stage.bank);
  return answer.kind === 'refused' ? answer.failure.code : answer.kind;
}

export const headroomOf = (stage: Stage, nodeId: string, more: object = {}) =>
  stage.ask(headroom, { nodeId, ...more }, stage.bank);

/** A HARD segment of the park, in which lines are opened as in the park itself. */
export async function segmentIn(stage: Stage, park: Park, name: string, amount: string) {
  const { agreementId } = park;
  const segment = { agreementId, name, scope: 'cluster', amount, enforcement: 'HARD' };
  const { segmentId, nodeId } = await stage.done(openSegment, segment, stage.bank);
  return { park: { ...park, segmentId } as Park, nodeId: nodeId as string };
}
