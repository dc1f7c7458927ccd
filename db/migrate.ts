import { Migrator } from 'kysely/migration'
import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import { AppError } from '#core/error.ts'
import { applyGrants, makeRoles } from './apply-roles.ts'
import type { Database } from './connection.ts'
import { ownsHouse, whoAmI } from './login.ts'
import { up as house } from './migrations/0001-house.ts'
import { up as guest } from './migrations/0002-guest.ts'
import { up as log } from './migrations/0003-log.ts'
import { up as logContent } from './migrations/0004-log-content.ts'
import { up as quarantine } from './migrations/0005-quarantine.ts'
import { up as sealing } from './migrations/0006-sealing.ts'
import { up as search } from './migrations/0007-search.ts'
import { up as journal } from './migrations/0008-journal.ts'
import { up as compactLog } from './migrations/0009-compact-log.ts'
import { up as keysAndEnds } from './migrations/0011-keys-and-ends.ts'
import { up as sourceNat } from './migrations/0014-source-nat.ts'
import { up as gatewaysReached } from './migrations/0015-gateways-reached.ts'
import { up as roles } from './migrations/0016-roles.ts'
import { up as staffWifi } from './migrations/0017-staff-wifi.ts'
import { up as directories } from './migrations/0018-directories.ts'
import { up as policies } from './migrations/0019-policies.ts'
import { up as loginTraces } from './migrations/0020-login-traces.ts'
import { up as gatewayPosture } from './migrations/0021-gateway-posture.ts'
import { up as deviceKeys } from './migrations/0022-device-keys.ts'
import { up as proxying } from './migrations/0023-proxying.ts'
import { up as gatewayKinds } from './migrations/0026-gateway-kinds.ts'
import { up as guestPages } from './migrations/0027-guest-pages.ts'
import { up as termsProof } from './migrations/0028-terms-proof.ts'
import { up as unblockRequests } from './migrations/0029-unblock-requests.ts'
import { up as staffSignIn } from './migrations/0030-staff-sign-in.ts'
import { up as leaving } from './migrations/0031-leaving.ts'
import { up as enrolledDevices } from './migrations/0032-enrolled-devices.ts'
import { up as listSources } from './migrations/0034-list-sources.ts'
import { up as filterPolicies } from './migrations/0037-filter-policies.ts'
import { up as filterCounts } from './migrations/0038-filter-counts.ts'
import { up as administration } from './migrations/0039-administration.ts'
import { up as auditChain } from './migrations/0040-audit-chain.ts'
import { up as administrationApi } from './migrations/0041-administration-api.ts'
import { up as journalInLine } from './migrations/0043-journal-in-line.ts'
import { up as waiting } from './migrations/0045-waiting.ts'
import { up as ownDeviceKeys } from './migrations/0047-own-device-keys.ts'
import { up as alerts } from './migrations/0049-alerts.ts'
import { up as alertChannels } from './migrations/0050-alert-channels.ts'
import { up as zoneTransfers } from './migrations/0052-zone-transfers.ts'
import { up as jobsOnDemand } from './migrations/0054-jobs-on-demand.ts'
import { up as inventory } from './migrations/0055-inventory.ts'
import { up as unblockAnswers } from './migrations/0057-unblock-answers.ts'
import { up as liveSessions } from './migrations/0058-live-sessions.ts'
import { up as filteringShown } from './migrations/0059-filtering-shown.ts'
import { up as internalGrants } from './migrations/0062-internal-grants.ts'
import { up as deviceReminders } from './migrations/0063-device-reminders.ts'
import { up as passkeys } from './migrations/0064-passkeys.ts'
import { up as zoneServers } from './migrations/0065-zone-servers.ts'
import { up as rolesGiven } from './migrations/0067-roles-given.ts'
import { up as termsDrafted } from './migrations/0068-terms-drafted.ts'
import { up as devicesShown } from './migrations/0069-devices-shown.ts'
import { up as healthShown } from './migrations/0069-health-shown.ts'
import { up as hourCounts } from './migrations/0070-hour-counts.ts'
import { up as gatewaySigns } from './migrations/0071-gateway-signs.ts'
import { up as placesOnPages } from './migrations/0072-places-on-pages.ts'
import { up as upgrades } from './migrations/0073-upgrades.ts'
import { up as forgedLinks } from './migrations/0075-forged-links.ts'
import { up as listsByPrograms } from './migrations/0080-lists-by-programs.ts'
import { up as wherePlacesAre } from './migrations/0084-where-places-are.ts'
import { up as jobProgress } from './migrations/0085-job-progress.ts'
import { up as networksByPrograms } from './migrations/0086-networks-by-programs.ts'
import { up as gatewaysByPrograms } from './migrations/0087-gateways-by-programs.ts'
import { up as tokensByPrograms } from './migrations/0088-tokens-by-programs.ts'
import { up as logByPrograms } from './migrations/0089-log-by-programs.ts'
import { up as auditByAssociation } from './migrations/0092-audit-by-association.ts'
import { up as tablesUploaded } from './migrations/0093-tables-uploaded.ts'
import { up as passedCounts } from './migrations/0095-passed-counts.ts'
import { up as filterCountsAtOnce } from './migrations/0096-filter-counts-at-once.ts'
import { up as filterHours } from './migrations/0097-filter-hours.ts'
import { makePartitions } from './partitions.ts'
import { missedBy, readShape } from './schema-shape.ts'
import { newerVersion, refuseOldServer, standing } from './standing.ts'
import { isRecorded, recordStep } from './upgrades.ts'

/**
 * A step to the next version. What it takes from processes of the version before is found by comparing the
 * catalogue (db/schema-shape.ts); `breaks` says what no catalogue shows: a value that they do not know.
 */
export interface Step extends Migration {
  readonly breaks?: string
}

/** In order; append only: what has been released is never edited. */
export const MIGRATIONS: Readonly<Record<string, Step>> = {
  '0001-house': { up: house },
  '0002-guest': { up: guest },
  '0003-log': { up: log },
  '0004-log-content': { up: logContent },
  '0005-quarantine': { up: quarantine },
  '0006-sealing': { up: sealing },
  '0007-search': { up: search },
  '0008-journal': { up: journal },
  '0009-compact-log': { up: compactLog },
  '0011-keys-and-ends': { up: keysAndEnds },
  '0014-source-nat': { up: sourceNat },
  '0015-gateways-reached': { up: gatewaysReached },
  '0016-roles': { up: roles },
  '0017-staff-wifi': { up: staffWifi },
  '0018-directories': { up: directories },
  '0019-policies': { up: policies },
  '0020-login-traces': { up: loginTraces },
  '0021-gateway-posture': { up: gatewayPosture },
  '0022-device-keys': { up: deviceKeys },
  '0023-proxying': { up: proxying },
  '0026-gateway-kinds': { up: gatewayKinds },
  '0027-guest-pages': { up: guestPages },
  '0028-terms-proof': { up: termsProof },
  '0029-unblock-requests': { up: unblockRequests },
  '0030-staff-sign-in': { up: staffSignIn },
  '0031-leaving': { up: leaving },
  '0032-enrolled-devices': { up: enrolledDevices },
  '0034-list-sources': { up: listSources },
  '0037-filter-policies': { up: filterPolicies },
  '0038-filter-counts': { up: filterCounts },
  '0039-administration': { up: administration },
  '0040-audit-chain': { up: auditChain },
  '0041-administration-api': { up: administrationApi },
  '0043-journal-in-line': { up: journalInLine },
  '0045-waiting': { up: waiting },
  '0047-own-device-keys': { up: ownDeviceKeys },
  '0049-alerts': { up: alerts },
  '0050-alert-channels': { up: alertChannels },
  '0052-zone-transfers': { up: zoneTransfers },
  '0054-jobs-on-demand': { up: jobsOnDemand },
  '0055-inventory': { up: inventory },
  '0057-unblock-answers': { up: unblockAnswers },
  '0058-live-sessions': { up: liveSessions },
  '0059-filtering-shown': { up: filteringShown },
  '0062-internal-grants': { up: internalGrants },
  '0063-device-reminders': { up: deviceReminders },
  '0064-passkeys': { up: passkeys },
  '0065-zone-servers': { up: zoneServers },
  '0067-roles-given': { up: rolesGiven },
  '0068-terms-drafted': { up: termsDrafted },
  '0069-devices-shown': { up: devicesShown },
  '0069-health-shown': { up: healthShown },
  '0070-hour-counts': { up: hourCounts },
  '0071-gateway-signs': { up: gatewaySigns },
  '0072-places-on-pages': { up: placesOnPages },
  '0073-upgrades': { up: upgrades },
  '0075-forged-links': { up: forgedLinks },
  '0080-lists-by-programs': { up: listsByPrograms },
  '0084-where-places-are': { up: wherePlacesAre },
  '0085-job-progress': { up: jobProgress },
  '0086-networks-by-programs': { up: networksByPrograms },
  '0087-gateways-by-programs': { up: gatewaysByPrograms },
  '0088-tokens-by-programs': { up: tokensByPrograms },
  '0089-log-by-programs': { up: logByPrograms },
  '0092-audit-by-association': { up: auditByAssociation },
  '0093-tables-uploaded': { up: tablesUploaded },
  '0095-passed-counts': { up: passedCounts },
  '0096-filter-counts-at-once': { up: filterCountsAtOnce },
  '0097-filter-hours': { up: filterHours },
}

/**
 * Brings the database to this version, makes the log's next partitions, and gives each role what
 * db/roles.ts says; returns what ran. One that a newer version has brought further is left as it is.
 */
export async function migrate(
  database: Database,
  now: number,
  steps: Readonly<Record<string, Step>> = MIGRATIONS,
): Promise<readonly string[]> {
  await refuseOldServer(database)
  await refuseStranger(database)
  const { pending, newer } = await standing(database, Object.keys(steps))
  if (newer.length > 0 && pending.length === 0) return []
  await makeRoles(database)
  const migrator = new Migrator({
    db: database.kysely,
    provider: { getMigrations: () => Promise.resolve(recorded(steps)) },
    migrationTableSchema: 'public',
    // Numbers are given out before the work: a step may be finished after one with a larger number.
    allowUnorderedMigrations: true,
  })
  // The migrator never throws: it returns what went wrong.
  const { error, results = [] } = await migrator.migrateToLatest()
  if (error !== undefined) {
    const failed = results.find((result) => result.status === 'Error')
    throw new AppError('migrate', migrationFailure(error, failed?.migrationName), { cause: error })
  }
  await makePartitions(database, now)
  await applyGrants(database)
  return results.map((result) => result.migrationName)
}

/** Each step leaves, in its own transaction, what it took from processes of the version before. */
function recorded(steps: Readonly<Record<string, Step>>): Record<string, Migration> {
  return Object.fromEntries(
    Object.entries(steps).map(([name, { up, breaks }]) => [
      name,
      {
        async up(db: Kysely<unknown>) {
          // What was there before the table that it is told to has no older version to go on.
          const before = (await isRecorded(db)) ? await readShape(db) : null
          await up(db)
          if (before === null) return
          const missed = missedBy(before, await readShape(db))
          await recordStep(db, name, [...missed, ...(breaks === undefined ? [] : [breaks])])
        },
      },
    ]),
  )
}

function migrationFailure(error: unknown, name: string | undefined): string {
  const said = error instanceof Error ? error.message : String(error)
  if (/corrupted migrations|previously executed migration/i.test(said)) {
    return newerVersion(said)
  }
  return `the database could not be brought to this version${name === undefined ? '' : ` (step ${name})`}: ${said}`
}

async function refuseStranger(database: Database): Promise<void> {
  if (await ownsHouse(database)) return
  throw new AppError(
    'migrate',
    `the login "${await whoAmI(database)}" does not own this database and may not bring it to this version; run npx accueil migrate as the login that does`,
  )
}
