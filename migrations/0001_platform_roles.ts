// Why: migrations run as the owner of the tables, whom row-level security does not bind. Every
// transaction of the program therefore steps down to the role yuanxin_app, which owns nothing, can
// not log in and may only do what each migration grants it by name.
import type { Knex } from 'knex';
import { StartError } from '../src/platform/start-error.ts';

export async function up(knex: Knex): Promise<void> {
  const [me] = await knex.select<{ name: string }[]>(knex.raw('quote_ident(current_user) as name'));
  try {
    // A role belongs to the whole server: another database of it may be creating it just now.
    await knex.raw(`
      do $$
      begin
        if not exists (select from pg_roles where rolname = 'yuanxin_app') then
          create role yuanxin_app nologin;
        end if;
      exception when duplicate_object or unique_violation then null;
      end $$`);
    // Whoever creates a role on PostgreSQL 16 and later may administer it but not yet step into
    // it; a plain grant gives that there (SET is its default) and on 15 alike.
    await knex.raw(`
      do $$
      begin
        if not (select rolsuper from pg_roles where rolname = current_user) then
          if current_setting('server_version_num')::int >= 160000 then
            if not pg_has_role(current_user, 'yuanxin_app', 'SET') then
              grant yuanxin_app to current_user;
            end if;
          elsif not pg_has_role(current_user, 'yuanxin_app', 'MEMBER') then
            grant yuanxin_app to current_user;
          end if;
        end if;
      end $$`);
  } catch (cause) {
    throw roleForbidden(cause, me?.name ?? 'current_user');
  }
  await knex.raw('grant usage on schema public to yuanxin_app');
}

export function down(): never {
  throw new Error('Migrations go forward only.');
}

/** The sentence with the SQL that the server's administrator has to run, if that is the reason. */
function roleForbidden(cause: unknown, user: string): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || cause.code !== '42501') return cause;
  const sql = `create role yuanxin_app nologin; grant yuanxin_app to ${user};`;
  return new StartError(
    `数据库用户无权建立角色 yuanxin_app，请让管理员执行：${sql}`,
    `The database user may not create the role yuanxin_app; let an administrator run: ${sql}`,
    { cause },
  );
}
