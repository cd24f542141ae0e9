// How failures of the operating system are told apart.

/** True when node reported one of these errno names, such as ENOENT. */
export function isErrno(cause: unknown, ...codes: readonly string[]): boolean {
  if (!(cause instanceof Error) || !('code' in cause)) return false;
  return typeof cause.code === 'string' && codes.includes(cause.code);
}
