// What tests of park agreements share: the module's operations by name, and progress in short.
import type { Failure } from '../../src/kernel/index.ts';
import { creditModule } from '../../src/credit/index.ts';
import type { Actor, Operation, Query } from '../../src/platform/operation.ts';
import type { Stage } from '../support/stage.ts';

export const operationOf = (name: string): Operation => {
  const found = creditModule.operations.find((one) => one.name === `credit.${name}`);
  if (!found) throw new Error(`no operation ${name}`);
  return found;
};
export const queryOf = (name: string): Query => {
  const found = creditModule.queries.find((one) => one.name === `credit.${name}`);
  if (!found) throw new Error(`no query ${name}`);
  return found;
};
export const amend = operationOf('amend-agreement');
export const renew = operationOf('renew-agreement');
export const end = operationOf('end-agreement');
export const amendSegment = operationOf('amend-segment');
export const openProgramme = operationOf('open-programme');
export const amendProgramme = operationOf('amend-programme');
export const tagLine = operationOf('tag-line');

export interface Measured {
  readonly approvedCumulative: string;
  readonly approvedInForce: string;
  readonly drawnCumulative: string;
  readonly outstanding: string;
}
export interface Progress {
  readonly state: string;
  readonly name: string;
  readonly intentAmount: string;
  readonly counted: string;
  readonly measured: Measured;
  readonly share: string;
  readonly shareQualifier: string | null;
  readonly pace: string;
  readonly alert: string | null;
  readonly allocated: string;
  readonly overAllocatedBy: string | null;
  readonly reservedForProgrammes: string;
  readonly segments: { name: string; amount: string; counted: string; measured: Measured }[];
  readonly programmes: {
    programmeId: string;
    name: string;
    counted: string;
    share: string | null;
    quotaLeft: string | null;
  }[];
  readonly otherBanks: Measured | null;
}

export const reason = '补充协议';

/** `If-Match`. */
export const at = (version: number) => ({ expectedVersion: version });

/** The four measures in their order. */
export const four = (m: Measured): string =>
  [m.approvedCumulative, m.approvedInForce, m.drawnCumulative, m.outstanding].join(' ');

export async function refusalOf(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (problem) {
    return problem as Failure;
  }
  throw new Error('not refused');
}

export const progressOf = async (
  stage: Stage,
  agreementId: string,
  more: object = {},
  actor: Actor = stage.bank,
): Promise<Progress> =>
  (await stage.ask(queryOf('agreement-progress'), { agreementId, ...more }, actor)) as Progress;

/** The code of the refusal; by the first bank unless said otherwise. */
export const codeOf = async (
  stage: Stage,
  operation: Operation,
  input: unknown,
  version = 1,
  actor: Actor = stage.bank,
): Promise<string> => (await stage.refused(operation, input, actor, at(version))).code;
