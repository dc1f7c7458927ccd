import { openDatabase } from '#db/connection.ts'
import { eventually } from '../support/peers/process.ts'
import type { Product } from '../support/peers/product.ts'
import type { LoadSession } from '../support/peers/accounting-load.ts'
import type { People } from './people.ts'

/** What was acknowledged, and what of it Postgres does not have. */
export interface Balance {
  readonly acknowledged: number
  readonly lost: readonly string[]
  /** Sessions that are there, in more than one row. */
  readonly split: readonly string[]
}

interface Row {
  readonly mac: string
  readonly ip: string | null
  readonly isStopped: boolean
}

const PATIENCE_MS = 180_000

/** Asked of Postgres itself, past the product, when nothing is under way any more. */
export async function balanceOf(
  people: People,
  products: readonly Product[],
  url: string,
): Promise<Balance> {
  await people.finish()
  const isAnswered = await people.accounting.finish(PATIENCE_MS)
  const database = openDatabase(url, { applicationName: 'drill', max: 1 })
  const { sql } = database
  try {
    await eventually(
      'the spools and the journal are empty',
      async () => {
        const spooled = await Promise.all(products.map(spoolRecords))
        if (spooled.some((records) => records !== 0)) return false
        const [row] = await sql<{ waiting: number }[]>`
          select count(*)::int as waiting from log.journal`.catch(() => [])
        return row?.waiting === 0
      },
      PATIENCE_MS,
    )
    const { sessions, acknowledged } = people.accounting
    const rows = await sql<Row[]>`
      select mac::text, host(ipv4) as ip, stopped_at is not null as "isStopped" from log.connection`
    const byMac = Map.groupBy(rows, ({ mac }) => mac)
    const known = await sql<{ mac: string }[]>`select distinct mac::text from guest.acceptance`
    const macs = new Set(known.map(({ mac }) => mac))
    return {
      acknowledged: acknowledged + people.accepted.length,
      lost: [
        ...(isAnswered ? [] : ['accounting that was never answered']),
        ...sessions.filter((one) => isLost(one, byMac.get(one.mac) ?? [])).map(({ mac }) => mac),
        ...people.accepted.filter((mac) => !macs.has(mac.toLowerCase().replaceAll('-', ':'))),
      ],
      split: sessions.filter(({ mac }) => (byMac.get(mac)?.length ?? 0) > 1).map(({ mac }) => mac),
    }
  } finally {
    await database.close()
  }
}

/** What was acknowledged of a session stands in its rows: a start, an address, an end. */
function isLost({ ip, acknowledged }: LoadSession, rows: readonly Row[]): boolean {
  if (acknowledged === 0) return false
  if (rows.length === 0) return true
  const hasAddress = rows.some((row) => row.ip === ip)
  const isStopped = rows.some((row) => row.isStopped)
  return (acknowledged >= 2 && !hasAddress) || (acknowledged === 3 && !isStopped)
}

async function spoolRecords({ ports }: Product): Promise<number> {
  try {
    const text = await (await fetch(`http://127.0.0.1:${ports.metrics}/metrics`)).text()
    return Number(/^accueil_radius_spool_records (\S+)$/m.exec(text)?.[1] ?? Number.NaN)
  } catch {
    return Number.NaN
  }
}
