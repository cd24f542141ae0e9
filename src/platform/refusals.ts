/** Every "no" that HTTP, `perform` and queries can say before a module is asked, by precedence. */
import { Failure, refusals } from '../kernel/failure.ts';
import type { InputFault } from '../kernel/sentence.ts';
import { problemOfFault } from '../kernel/sentence.ts';

export const platformRefusals = refusals('platform', {
  'route-missing': { kind: 'missing', zh: '没有这个地址', en: 'There is no such address' },
  'not-ready': { kind: 'busy', zh: '系统正在启动或停止', en: 'The server is starting or stopping' },
  'not-signed-in': { kind: 'unauthenticated', zh: '请先登录', en: 'Sign in first' },
  'unsupported-media-type': {
    kind: 'unsupported',
    zh: '请求体须为 application/json',
    en: 'The body must be application/json',
  },
  'body-too-large': { kind: 'too-large', zh: '请求体过大', en: 'The request body is too large' },
  'body-not-json': {
    kind: 'invalid',
    zh: '请求体不是有效的 JSON',
    en: 'The body is not valid JSON',
  },
  'operation-missing': {
    kind: 'missing',
    zh: '没有这个操作',
    en: 'There is no such operation',
  },
  'calculation-missing': {
    kind: 'missing',
    zh: '没有这个试算',
    en: 'There is no such calculation',
  },
  forbidden: { kind: 'forbidden', zh: '没有此项权限', en: 'Your roles do not permit this' },
  'idempotency-key-missing': {
    kind: 'invalid',
    zh: '写操作须带 Idempotency-Key',
    en: 'A write needs an Idempotency-Key header',
  },
  'idempotency-key-malformed': {
    kind: 'invalid',
    zh: 'Idempotency-Key 须为 1 至 200 个可见 ASCII 字符',
    en: 'An Idempotency-Key has 1 to 200 visible ASCII characters',
  },
  'if-match-missing': {
    kind: 'precondition',
    zh: '修改现有对象须带 If-Match 版本',
    en: 'Changing an existing thing needs If-Match with its version',
  },
  'trial-version-missing': {
    kind: 'precondition',
    zh: '试算修改现有对象的操作，须在请求体中写明所见的 version',
    en: 'A trial that changes an existing thing needs its version, as `version` in the body',
  },
  'invalid-input': { kind: 'invalid', zh: '输入不符合要求', en: 'The input is not valid' },
  'figure-out-of-range': {
    kind: 'invalid',
    zh: '金额使账面数字超出可记录的范围',
    en: 'The amount would take a figure of the book out of the range that it can hold',
  },
  'key-in-progress': {
    kind: 'conflict',
    zh: '同一 Idempotency-Key 的请求仍在处理',
    en: 'A request with this Idempotency-Key is still running',
  },
  'key-reused': {
    kind: 'conflict',
    zh: '同一 Idempotency-Key 用于不同的内容',
    en: 'This Idempotency-Key was used with another payload',
  },
  busy: { kind: 'busy', zh: '系统繁忙，请稍后重试', en: 'The server is busy; try again' },
});

/** What is wrong with an input, part by part. */
export const invalidInput = (...faults: readonly InputFault[]): Failure =>
  new Failure(platformRefusals['invalid-input'], { problems: faults.map(problemOfFault) });
