import type postgres from 'postgres'
import { asAdmin } from '#db/admin/as-admin.ts'
import type { AdminScope } from '#db/admin/as-admin.ts'
import { sealedHookSecret } from '#db/admin/inventory.ts'
import { askJob } from '#db/admin/jobs.ts'
import { rightsOfShownToken } from '#db/admin/token-rights.ts'
import type { TokenAnswer } from '#db/admin/token-rights.ts'
import type { Database } from '#db/connection.ts'
import type { AskDatabase } from '../../ask-database.ts'

/** What the administration asks of the database; each rejects when the answer takes too long. */
export interface AdminAccess {
  token(sha256: Uint8Array): Promise<TokenAnswer>
  /** Sealed; null where the inventory has no webhook. */
  hookSecret(): Promise<string | null>
  askJob(job: string, by: { readonly actor: string; readonly reason: null }): Promise<boolean>
  transaction<T>(scope: AdminScope, work: (sql: postgres.TransactionSql) => Promise<T>): Promise<T>
}

export function createAdminAccess(database: Database, ask: AskDatabase): AdminAccess {
  return {
    token: (sha256) => ask(() => rightsOfShownToken(database, sha256)),
    hookSecret: () => ask(() => sealedHookSecret(database)),
    askJob: (job, by) => ask(() => askJob(database.sql, job, by)),
    transaction: (scope, work) => ask(() => asAdmin(database, scope, work)),
  }
}
