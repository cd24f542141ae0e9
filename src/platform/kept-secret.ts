// A random secret that is made once and kept in a file that only its owner may read.
// Two processes may ask at once: the first to link its file into place wins, the other reads it.
import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';

/** 43 characters of base64url, 256 bits. */
export async function keptSecret(file: string): Promise<string> {
  const kept = await readSecret(file);
  if (kept !== undefined) return kept;
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  try {
    await link(draft, file);
  } catch (cause) {
    if (!isErrno(cause, 'EEXIST')) throw cause;
  } finally {
    await rm(draft, { force: true });
  }
  const made = await readSecret(file);
  if (made === undefined) throw new Error(`The secret file ${file} vanished while it was made.`);
  return made;
}

export async function readSecret(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim();
    return text === '' ? undefined : text;
  } catch (cause) {
    if (isErrno(cause, 'ENOENT')) return undefined;
    throw cause;
  }
}

/** True when node reported this errno name, such as ENOENT. */
export function isErrno(cause: unknown, ...codes: readonly string[]): boolean {
  if (!(cause instanceof Error) || !('code' in cause)) return false;
  return typeof cause.code === 'string' && codes.includes(cause.code);
}
