import type { Database } from '#db/connection.ts'
import { ROW_COLUMNS, ROW_TIMES, ROW_VALUES } from '#db/migrations/0009-compact-log.ts'

/**
 * Lets tests insert into, update and delete from the view `log.connection` by what is meant, as somebody
 * with the owner's rights could do to its table. The program itself never writes through the view.
 */
export async function makeLogWritable({ sql }: Database): Promise<void> {
  await sql.unsafe(`
    create function public.write_connection() returns trigger language plpgsql as $$
    begin
      if tg_op = 'DELETE' then
        delete from log.connection_row where day = old.day and id_tail = log.id_tail(old.id);
        return old;
      end if;
      ${NAMES.map(
        ([table, column, value]) => `
        insert into log.${table} (${column}) select ${value} where (${value}) is not null
        and not exists (select from log.${table} where (${column}) = (${value}));`,
      ).join('')}
      if tg_op = 'INSERT' then
        insert into log.connection_row (${ROW_COLUMNS})
        select ${ROW_VALUES} from (select new.*) n ${ROW_TIMES};
      else
        update log.connection_row set (${ROW_COLUMNS}) = (
          select ${ROW_VALUES} from (select new.*) n ${ROW_TIMES})
        where day = old.day and id_tail = log.id_tail(old.id);
      end if;
      return new;
    end $$;
    create trigger write instead of insert or update or delete on log.connection
      for each row execute function public.write_connection();
    -- Also for who switches the other triggers off (behindTheTrigger).
    update pg_trigger set tgenabled = 'A' where tgrelid = 'log.connection'::regclass`)
}

const NAMES = [
  ['origin', 'site, gateway, network', 'new.site, new.gateway, new.network'],
  ['account', 'name', 'new.account'],
  ['cause', 'name', 'new.stop_cause'],
  ['terms', 'name', 'new.terms_version'],
  ['basis', 'name', 'new.legal_basis'],
] as const
