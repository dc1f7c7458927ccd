import { accountingSessionKey } from '#db/session-key.ts'
import type { AccountingRecord } from '#db/accounting-record.ts'
import type { AccountingEvent } from '#db/log-event.ts'

/** An interim of the session `id` at gateway gw-1, of an account of that name, but for the changes. */
export function session(id: string, changes: Partial<AccountingRecord> = {}): AccountingEvent {
  return {
    kind: 'record',
    record: {
      kind: 'interim',
      gateway: 'gw-1',
      site: 's',
      network: 'guest',
      sessionKey: accountingSessionKey('gw-1', id, null),
      mac: null,
      account: id,
      ipv4: null,
      ipv6: null,
      publicSource: null,
      at: new Date(0),
      nasAt: null,
      sessionSeconds: null,
      octetsIn: null,
      octetsOut: null,
      counterBits: null,
      cause: null,
      ...changes,
    },
  }
}

export function restartOf(gateway: string, at: Date = new Date(0)): AccountingEvent {
  return { kind: 'restart', restart: { gateway, at, cause: 'NAS-Reboot' } }
}
