import type { Database } from '#db/connection.ts'
import { NO_CRITERIA } from '#db/connections.ts'
import type { Criteria } from '#db/connections.ts'
import { approveExport, requestExport } from '#db/export/export-requests.ts'
import { writePack } from '#db/export/pack.ts'
import { getOrCreateSealingKey } from '#db/sealing/sealing-key.ts'
import { testSeal } from './house.ts'

export const CASE = { caseRef: 'PV 12/2026', reason: 'art. 77-1-1 CPP' }

const TIMES = {
  zoneOf: () => 'Europe/Paris',
  zones: ['Europe/Paris', 'America/Martinique'],
  write: (at: Date, zone: string) => `${at.toISOString()} in ${zone}`,
}

/** A pack asked for and approved by two people; returns how many rows are in it. */
export async function packOf(
  database: Database,
  criteria: Partial<Criteria>,
  path: string,
  { requestedBy = 'cli:ada', seal = testSeal } = {},
): Promise<number> {
  const asked = { ...CASE, criteria: { ...NO_CRITERIA, ...criteria }, actor: requestedBy }
  const { request } = await requestExport(database, asked)
  const approved = await approveExport(database, request.code, 'cli:bob')
  const key = await getOrCreateSealingKey(database, seal)
  const options = { path, actor: 'cli:bob', clock: Date.now, times: TIMES }
  return (await writePack(database, key, approved, options)).rows
}
