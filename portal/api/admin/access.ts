import type postgres from 'postgres'
import { asAdmin } from '#db/admin/as-admin.ts'
import type { AdminScope } from '#db/admin/as-admin.ts'
import { rightsOfShownToken } from '#db/admin/token-rights.ts'
import type { TokenAnswer } from '#db/admin/token-rights.ts'
import type { Database } from '#db/connection.ts'
import type { AskDatabase } from '../../ask-database.ts'

/** What the administration asks of the database; each rejects when the answer takes too long. */
export interface AdminAccess {
  token(sha256: Uint8Array): Promise<TokenAnswer>
  transaction<T>(scope: AdminScope, work: (sql: postgres.TransactionSql) => Promise<T>): Promise<T>
}

export function createAdminAccess(database: Database, ask: AskDatabase): AdminAccess {
  return {
    token: (sha256) => ask(() => rightsOfShownToken(database, sha256)),
    transaction: (scope, work) => ask(() => asAdmin(database, scope, work)),
  }
}
