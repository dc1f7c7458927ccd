import type postgres from 'postgres'

/**
 * The same pool, of which it is known when no connection is set aside for somebody, as Kysely does for each query. The library
 * waits for those when it is ended, and does not see them come back: it would wait out its whole time.
 */
export function countReserved(sql: postgres.Sql): {
  readonly counted: postgres.Sql
  /** Resolves when none is, at once where that is so. */
  idle(): Promise<void>
} {
  let reserved = 0
  let waiting: (() => void)[] = []

  async function reserve(): Promise<postgres.ReservedSql> {
    reserved += 1
    const connection = await sql.reserve().catch((thrown: unknown) => {
      givenBack()
      throw thrown
    })
    const { release } = connection
    connection.release = () => {
      release()
      givenBack()
    }
    return connection
  }

  function givenBack(): void {
    reserved -= 1
    if (reserved > 0) return
    const all = waiting
    waiting = []
    for (const tell of all) tell()
  }

  return {
    counted: new Proxy(sql, {
      get: (target, name, receiver): unknown =>
        name === 'reserve' ? reserve : Reflect.get(target, name, receiver),
    }),
    idle: () =>
      reserved === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
  }
}
