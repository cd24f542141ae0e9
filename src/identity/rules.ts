/**
 * Pure decisions of identity: lock-out, strength of passwords, conflicting roles. The standard
 * (GB/T 22239-2019, 8.1.4.1) gives no numbers; they come from the settings.
 */
import { Failure } from '../kernel/index.ts';
import type { OrganisationKind } from '../parties/index.ts';
import type { Role, RoleConflict, Settings, User } from './model.ts';
import { identityRefusals as no } from './refusals.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

export const minutesAfter = (instant: Date, minutes: number): Date =>
  new Date(instant.getTime() + minutes * minuteMs);

export const isLocked = (user: Pick<User, 'lockedUntil'>, now: Date): boolean =>
  user.lockedUntil !== null && user.lockedUntil > now;

/** A session may be opened: the account is in use and not locked. */
export const mayEnter = (user: Pick<User, 'lockedUntil' | 'state'>, now: Date): boolean =>
  user.state === 'ACTIVE' && !isLocked(user, now);

/** The counters after one more wrong password; while locked nothing counts, so it never extends. */
export function afterFailure(
  user: Pick<User, 'failedAttempts' | 'lockedUntil'>,
  settings: Settings,
  now: Date,
): Pick<User, 'failedAttempts' | 'lockedUntil'> {
  if (isLocked(user, now)) return user;
  const failedAttempts = (user.lockedUntil === null ? user.failedAttempts : 0) + 1;
  const locks = failedAttempts >= settings.failuresBeforeLock;
  return { failedAttempts, lockedUntil: locks ? minutesAfter(now, settings.lockMinutes) : null };
}

/** True when the user may do nothing but choose a new password; demo people never must. */
export function mustChangePassword(
  user: Pick<User, 'demo' | 'mustChangePassword' | 'passwordSetAt'>,
  settings: Pick<Settings, 'passwordAgeDays'>,
  now: Date,
): boolean {
  if (user.demo) return false;
  const age = now.getTime() - user.passwordSetAt.getTime();
  return user.mustChangePassword || age > settings.passwordAgeDays * dayMs;
}

const characterClasses = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/];

/** Cores of the passwords that are guessed first; what merely wraps one is as weak. */
const guessedFirst = [
  'password',
  'passw0rd',
  'qwerty',
  '1qaz2wsx',
  '12345678',
  'abc123',
  'yuanxin',
];

/** What is wrong with a password whoever has it, as codes; none when it is strong. */
export function strengthProblems(password: string, lengthMin: number): string[] {
  const lower = password.toLowerCase();
  const problems: string[] = [];
  if (Array.from(password).length < lengthMin) problems.push('too-short');
  if (characterClasses.filter((pattern) => pattern.test(password)).length < 3) {
    problems.push('fewer-than-three-classes');
  }
  if (guessedFirst.some((guess) => lower.includes(guess))) problems.push('guessed-first');
  return problems;
}

/** The refusal of a new password that is weak or holds its user's names. */
export function refusePassword(
  password: string,
  user: Pick<User, 'username' | 'personName'>,
  settings: Pick<Settings, 'passwordLengthMin'>,
): Failure | undefined {
  const problems = strengthProblems(password, settings.passwordLengthMin);
  const lower = password.toLowerCase();
  if (lower.includes(user.username) || lower.includes(user.personName.toLowerCase())) {
    problems.push('contains-name');
  }
  if (problems.length === 0) return undefined;
  return new Failure(no['password-weak'], { problems, lengthMin: settings.passwordLengthMin });
}

/** Whether `role` may join the roles that the person holds, over all accounts of that person. */
export function refuseRole(
  role: Role,
  organisationKind: OrganisationKind,
  held: readonly string[],
  conflicts: readonly RoleConflict[],
): Failure | undefined {
  if (!role.organisationKinds.includes(organisationKind)) {
    return new Failure(no['role-elsewhere'], { role: role.role, kinds: role.organisationKinds });
  }
  const clash = held.find((other) =>
    conflicts.some(
      (pair) =>
        (pair.role === role.role && pair.other === other) ||
        (pair.other === role.role && pair.role === other),
    ),
  );
  return clash === undefined
    ? undefined
    : new Failure(no['roles-conflict'], { role: role.role, held: clash });
}
