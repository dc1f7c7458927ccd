import postgres from 'postgres'

/**
 * SQLSTATE classes that say nothing of the row: connection, transaction state (a read-only standby),
 * deadlock, permissions and missing columns, resources such as a full disk, locks, shutdown, I/O.
 */
const TROUBLE_CLASSES = new Set(['08', '25', '28', '3D', '40', '42', '53', '55', '57', '58'])

/** True when the database could not do it now; false when what it was given may be at fault. */
export function isDatabaseTrouble(thrown: unknown): boolean {
  if (thrown instanceof postgres.PostgresError) return TROUBLE_CLASSES.has(thrown.code.slice(0, 2))
  if (!(thrown instanceof Error) || !('code' in thrown)) return false
  const code = String(thrown.code)
  // The library's and Node's own codes for values that cannot be sent; the others are the connection's.
  return code !== 'UNDEFINED_VALUE' && !code.startsWith('ERR_')
}
