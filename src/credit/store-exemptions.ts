/**
 * Rows of exemption files: the file as it stands, its story step by step, and the standards of the
 * day on which it was opened. The steps are appended only; the last answer to an item holds.
 */
import type { Day } from '../kernel/index.ts';
import type { Tx } from '../platform/transaction.ts';
import { statement } from '../platform/transaction.ts';
import type { FileState, Finding, Item, ItemAnswer, Who } from './rules/exemption.ts';

export interface ExemptionFile {
  readonly id: string;
  readonly zoneId: string;
  readonly ownerId: string;
  readonly drawdownId: string;
  readonly standardsOn: Day;
  readonly state: FileState;
  readonly finding: Finding | null;
  readonly finder: Who | null;
  readonly confirmer: Who | null;
  readonly openedOn: Day;
  readonly version: number;
}

type FileRow = Omit<ExemptionFile, 'finder' | 'confirmer'> & {
  readonly foundByUser: string | null;
  readonly foundByPerson: string | null;
  readonly confirmedByUser: string | null;
  readonly confirmedByPerson: string | null;
};

const fileColumns = `id, zone_id as "zoneId", owner_id as "ownerId", drawdown_id as "drawdownId",
  standards_on as "standardsOn", state, finding, found_by_user as "foundByUser",
  found_by_person as "foundByPerson", confirmed_by_user as "confirmedByUser",
  confirmed_by_person as "confirmedByPerson", opened_on as "openedOn", version::int`;

const who = (userId: string | null, personId: string | null): Who | null =>
  userId === null || personId === null ? null : { userId, personId };

const fileFromRow = (row: FileRow): ExemptionFile => {
  const { foundByUser, foundByPerson, confirmedByUser, confirmedByPerson, ...file } = row;
  const finder = who(foundByUser, foundByPerson);
  return { ...file, finder, confirmer: who(confirmedByUser, confirmedByPerson) };
};

const selectFile = statement(
  'credit.select-exemption-file',
  `select ${fileColumns} from credit_exemption_files where id = $1`,
);
const lockFile = statement(
  'credit.lock-exemption-file',
  `select ${fileColumns} from credit_exemption_files where id = $1 for no key update`,
);

export const fileById = async (tx: Tx, id: string): Promise<ExemptionFile | undefined> =>
  (await tx.rows<FileRow>(selectFile, [id])).map(fileFromRow)[0];

export const lockFileById = async (tx: Tx, id: string): Promise<ExemptionFile | undefined> =>
  (await tx.rows<FileRow>(lockFile, [id])).map(fileFromRow)[0];

const insertFile = statement(
  'credit.insert-exemption-file',
  `insert into credit_exemption_files (id, zone_id, owner_id, drawdown_id, standards_on, opened_on)
   values ($1, $2, $3, $4, $5, $6) on conflict (drawdown_id) do nothing returning id`,
);
const updateFile = statement(
  'credit.update-exemption-file',
  `update credit_exemption_files set state = $2, finding = $3, found_by_user = $4,
     found_by_person = $5, confirmed_by_user = $6, confirmed_by_person = $7, version = $8
   where id = $1`,
);
const insertStep = statement(
  'credit.insert-exemption-step',
  `insert into credit_exemption_steps (file_id, version, zone_id, owner_id, step, code, answer,
     proof, finding, reason, user_id, person_id, value_on, recorded_at, operation_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
);

/** What was done to a file, by whom and why. */
export interface Step {
  readonly step: 'OPENED' | 'ANSWERED' | 'FOUND' | 'RETURNED' | 'CONFIRMED';
  readonly code?: string;
  readonly answer?: ItemAnswer;
  readonly proof?: string | undefined;
  readonly reason?: string | undefined;
  readonly actor: Who;
  readonly valueOn: Day;
  readonly now: Date;
  readonly operationId: string;
}

const writeStep = (tx: Tx, file: ExemptionFile, step: Step): Promise<unknown[]> =>
  tx.rows(insertStep, [
    file.id,
    file.version,
    file.zoneId,
    file.ownerId,
    step.step,
    step.code ?? null,
    step.answer ?? null,
    step.proof ?? null,
    file.finding,
    step.reason ?? null,
    step.actor.userId,
    step.actor.personId,
    step.valueOn,
    step.now.toISOString(),
    step.operationId,
  ]);

/** False when the drawdown has a file already. */
export async function addFile(tx: Tx, file: ExemptionFile, step: Step): Promise<boolean> {
  const { id, zoneId, ownerId, drawdownId, standardsOn, openedOn } = file;
  const values = [id, zoneId, ownerId, drawdownId, standardsOn, openedOn];
  if ((await tx.rows(insertFile, values)).length === 0) return false;
  await writeStep(tx, file, step);
  return true;
}

/** Writes the next version of a file that is locked, and the step that led to it. */
export async function saveFile(tx: Tx, file: ExemptionFile, step: Step): Promise<ExemptionFile> {
  const next = { ...file, version: file.version + 1 };
  await tx.rows(updateFile, [
    next.id,
    next.state,
    next.finding,
    next.finder?.userId ?? null,
    next.finder?.personId ?? null,
    next.confirmer?.userId ?? null,
    next.confirmer?.personId ?? null,
    next.version,
  ]);
  await writeStep(tx, next, step);
  return next;
}

/** One item of the lists with its standard and the answer that holds. */
export interface AnsweredItem extends Item {
  readonly zh: string;
  readonly en: string;
  readonly clause: string;
  readonly evidence: string;
  readonly proof: string | null;
  readonly answeredBy: string | null;
  readonly answeredAt: Date | null;
}

const selectItems = statement(
  'credit.select-exemption-items',
  `select s.code, s.kind, s.zh, s.en, s.clause, s.evidence, a.answer, a.proof,
     a.user_id as "answeredBy", a.recorded_at as "answeredAt"
   from credit_exemption_standards s
     left join (select distinct on (code) * from credit_exemption_steps
       where file_id = $1 and step = 'ANSWERED' order by code, version desc) a using (code)
   where s.valid_from <= $2::date and (s.valid_to is null or s.valid_to >= $2::date)
   order by s.kind, s.position, s.code`,
);

export const itemsOf = (
  tx: Tx,
  file: Pick<ExemptionFile, 'id' | 'standardsOn'>,
): Promise<AnsweredItem[]> => tx.rows<AnsweredItem>(selectItems, [file.id, file.standardsOn]);

export interface KeptStep {
  readonly step: Step['step'];
  readonly version: number;
  readonly code: string | null;
  readonly answer: ItemAnswer | null;
  readonly proof: string | null;
  readonly finding: Finding | null;
  readonly reason: string | null;
  readonly userId: string;
  readonly valueOn: Day;
  readonly recordedAt: Date;
  readonly operationId: string;
}

const selectSteps = statement(
  'credit.select-exemption-steps',
  `select step, version::int, code, answer, proof, finding, reason, user_id as "userId",
     value_on as "valueOn", recorded_at as "recordedAt", operation_id as "operationId"
   from credit_exemption_steps where file_id = $1 and version >= $2 order by version`,
);

/** The story of a file from a version on. */
export const stepsOf = (tx: Tx, fileId: string, from = 1): Promise<KeptStep[]> =>
  tx.rows<KeptStep>(selectSteps, [fileId, from]);

const selectMakers = statement(
  'credit.select-drawdown-makers',
  `select r.maker_id as "userId", r.maker_person_id as "personId"
   from credit_drawdowns d join approvals_requests r
     on r.zone_id = d.zone_id and r.decided_operation_id = d.operation_id
   where d.id = $1
   union
   select o.actor_id, coalesce(u.person_id, o.actor_id)
   from credit_drawdowns d join platform_operations o
     on o.chain = d.zone_id and o.recorded_at = d.made_at and o.id = d.operation_id
     left join identity_users u on u.id = o.actor_id
   where d.id = $1 and o.operation = 'credit.draw-down'`,
);

/**
 * Who made a drawdown: whoever asked for it, also when somebody else approved it. An import or a
 * job is nobody, and then no person is kept from the finding.
 */
export const makersOf = (tx: Tx, drawdownId: string): Promise<Who[]> =>
  tx.rows<Who>(selectMakers, [drawdownId]);
