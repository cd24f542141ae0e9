/** Every "no" of identity, in order of precedence: the session first, then who, then what. */
import { refusals } from '../kernel/index.ts';

export const identityRefusals = refusals('identity', {
  'too-many-sign-ins': {
    kind: 'busy',
    zh: '登录过于频繁，请稍后再试',
    en: 'Too many sign-ins from this address; try again later',
  },
  // One answer for an unknown user, a wrong password, a locked and a disabled account.
  'sign-in-refused': {
    kind: 'unauthenticated',
    zh: '用户名或口令不对，或账号暂不可用',
    en: 'The user name or password is wrong, or the account cannot be used now',
  },
  'session-ended': {
    kind: 'unauthenticated',
    zh: '登录已失效，请重新登录',
    en: 'The session has ended; sign in again',
  },
  'password-change-required': {
    kind: 'forbidden',
    zh: '请先修改口令',
    en: 'Change your password first',
  },
  'user-missing': { kind: 'missing', zh: '没有这个用户', en: 'There is no such user' },
  'organisation-missing': {
    kind: 'missing',
    zh: '没有这个机构',
    en: 'There is no such organisation',
  },
  'person-missing': { kind: 'missing', zh: '没有这个自然人', en: 'There is no such person' },
  'role-missing': { kind: 'missing', zh: '没有这个角色', en: 'There is no such role' },
  'version-stale': {
    kind: 'stale',
    zh: '用户已被他人修改',
    en: 'The user was changed by somebody else',
  },
  'own-account': {
    kind: 'refused',
    zh: '不能管理本人的账号',
    en: 'Nobody administers an account of their own',
  },
  'user-disabled': { kind: 'refused', zh: '用户已停用', en: 'The user is disabled' },
  'username-taken': { kind: 'refused', zh: '用户名已被使用', en: 'The user name is taken' },
  'role-elsewhere': {
    kind: 'refused',
    zh: '该角色不能授予此类机构的用户',
    en: 'The role is not for users of this kind of organisation',
  },
  'role-held': { kind: 'refused', zh: '用户已有该角色', en: 'The user already holds the role' },
  'role-not-held': {
    kind: 'refused',
    zh: '用户没有该角色',
    en: 'The user does not hold the role',
  },
  'roles-conflict': {
    kind: 'refused',
    zh: '同一人不能兼任这两个角色',
    en: 'One person may not hold both roles',
  },
  'too-many-attempts': {
    kind: 'refused',
    zh: '口令多次输错，请稍后再试',
    en: 'The password was wrong too often; try again later',
  },
  'password-wrong': { kind: 'refused', zh: '当前口令不对', en: 'The current password is wrong' },
  'password-weak': { kind: 'refused', zh: '口令不够强', en: 'The password is too weak' },
  'password-used-before': {
    kind: 'refused',
    zh: '不能使用最近用过的口令',
    en: 'The password was used before',
  },
});
