import { migrate } from '#db/migrate.ts'
import { withHouse } from './house.ts'

export async function runMigrate(): Promise<number> {
  const done = await withHouse('migrate', ({ database }) => migrate(database, Date.now()))
  console.log(
    done.length === 0
      ? 'The database is of this version already.'
      : `The database is of this version now: ${done.join(', ')}.`,
  )
  return 0
}
