import { Document, visit } from 'yaml'
import type { Seal } from '#core/seal.ts'
import { writeAuditLine } from '../../audit.ts'
import type { Database } from '../../connection.ts'
import { inlineFile } from '../inline-file.ts'
import { sealedValue } from '../sealed-values.ts'
import { writeAlerts } from './alerts.ts'
import { readFilters } from './filters.ts'
import { writeLists, writePolicies, writeRules } from './filtering.ts'
import { writeLegalBases, writeOrganisation, writeTerms } from './guest.ts'
import { writeInventory } from './inventory.ts'
import * as people from './people.ts'
import { writeAssociations, writeSites } from './places.ts'
import { fileNameOf, lengthOfTime } from './writing.ts'
import type { Said, Writing } from './writing.ts'

export interface ExportOptions {
  /** Sealed: only a house with the same master key can read them. */
  readonly secrets: 'sealed' | 'clear'
  /** Whether texts, logos and lists stand beside it; else they stand in it. */
  readonly beside: boolean
  readonly actor: string
  readonly reason: string | null
}

export interface ExportedHouse {
  readonly yaml: string
  /** By path beside it. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/**
 * The present state in the format of `apply`, which finds nothing to change in it. One view of the database; the
 * copy has its line in the audit.
 */
export async function exportHouse(
  database: Database,
  seal: Seal,
  { secrets, beside, actor, reason }: ExportOptions,
): Promise<ExportedHouse> {
  const files = new Map<string, Uint8Array>()
  const sections = await database.kysely
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((kysely) =>
      writeSections({
        kysely,
        seal,
        secret: (path, plain) => (secrets === 'clear' ? plain : sealedValue(seal, path, plain)),
        attach(name, type, bytes) {
          if (!beside) return inlineFile(type, bytes)
          // Names that differ only in what a file's name cannot hold.
          const free = files.has(name) ? name.replace(/(?=\.[^.]*$)/, `-${files.size}`) : name
          files.set(free, bytes)
          return `./${free}`
        },
      }),
    )
  await writeAuditLine(database.sql, {
    ...{ actor, action: 'house.export', subject: 'house', reason },
    details: { secrets },
  })
  return { yaml: yamlOf(sections), files }
}

async function writeSections(writing: Writing): Promise<Said> {
  const filterAt = await readFilters(writing)
  const sites = await writeSites(writing, filterAt)
  const sections = {
    version: 1,
    organisation: await writeOrganisation(writing, filterAt),
    associations: await writeAssociations(writing, filterAt),
    authorities: await writeAuthorities(writing),
    // With the section, the places of the demonstration would go.
    sites: sites.length === 0 ? undefined : sites,
    terms: await writeTerms(writing),
    legal: await writeLegalBases(writing),
    lists: await writeLists(writing),
    rules: await writeRules(writing),
    policies: await writePolicies(writing),
    accounts: await people.writeAccounts(writing),
    directories: await people.writeDirectories(writing),
    home_servers: await people.writeHomeServers(writing),
    realms: await people.writeRealms(writing),
    device_ca: await people.writeDeviceCas(writing),
    device_keys: await people.writeDeviceKeys(writing),
    enrolment: await people.writeEnrolment(writing),
    sealing: { publish: await writePublishTargets(writing) },
    retention: await writeRetention(writing),
    roles: await people.writeRoles(writing),
    sign_in: await people.writeSignIn(writing),
    inventory: await writeInventory(writing),
    alerts: await writeAlerts(writing),
  }
  return Object.fromEntries(Object.entries(sections).filter(([, said]) => said !== undefined))
}

async function writeAuthorities({ kysely, attach }: Writing): Promise<readonly Said[]> {
  const rows = await kysely.selectFrom('house.authority').selectAll().orderBy('name').execute()
  return rows.map(({ name, pem, revoked }) => ({
    name,
    file: attach(`authorities/${fileNameOf(name)}.pem`, 'application/x-pem-file', Buffer.from(pem)),
    ...(revoked.length === 0 ? {} : { revoked }),
  }))
}

async function writePublishTargets({ kysely }: Writing): Promise<readonly Said[]> {
  const rows = await kysely
    .selectFrom('house.publish_target')
    .select(['kind', 'target'])
    .orderBy('target')
    .execute()
  return rows.map(({ kind, target }) => ({ [kind]: target }))
}

async function writeRetention({ kysely }: Writing): Promise<Said | undefined> {
  const [row] = await kysely
    .selectFrom('house.retention')
    .select(['audit_days', 'login_days'])
    .execute()
  if (row === undefined) return undefined
  const { audit_days: audit, login_days: logins } = row
  return { audit: lengthOfTime(audit * 86_400), logins: lengthOfTime(logins * 86_400) }
}

const SHORT = 88

/** What is small, a rule or an association, stands on one line. */
function yamlOf(sections: Said): string {
  const document = new Document(sections, { version: '1.2' })
  document.commentBefore = ' The house as accueil export wrote it; accueil apply makes it so.'
  visit(document, {
    Collection(_key, node, path) {
      const isSmall = JSON.stringify(node.toJSON()).length <= SHORT
      if (path.length > 1 && isSmall) node.flow = true
      return undefined
    },
  })
  return document.toString({ lineWidth: 0 })
}
