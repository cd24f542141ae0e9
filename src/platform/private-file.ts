// Files that only their owner may read: secrets made once and kept, and addresses that change.
// Root writes them for the owner of the folder, who may want to start the program next time. They
// appear under their name only when complete, so that another process never reads half of one.
import { randomBytes } from 'node:crypto';
import { chown, link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isErrno } from './errno.ts';

/**
 * The secret kept in `file`, made when there is none: 43 characters of base64url, 256 bits. Of two
 * processes that ask at once the first to link its file into place wins; the other reads it.
 */
export async function keptSecret(file: string): Promise<string> {
  const kept = await readSecret(file);
  if (kept !== undefined) return kept;
  const draft = await writeDraft(file, `${randomBytes(32).toString('base64url')}\n`);
  try {
    await link(draft, file);
  } catch (cause) {
    if (!isErrno(cause, 'EEXIST')) throw cause;
  } finally {
    await rm(draft, { force: true });
  }
  const made = await readSecret(file);
  if (made === undefined) throw new Error(`The secret file ${file} is empty; remove it.`);
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

export async function replacePrivate(file: string, text: string): Promise<void> {
  await rename(await writeDraft(file, text), file);
}

async function writeDraft(file: string, text: string): Promise<string> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, text, { mode: 0o600 });
  if (process.getuid?.() === 0) {
    const { uid, gid } = await stat(path.dirname(file));
    await chown(draft, uid, gid);
  }
  return draft;
}
