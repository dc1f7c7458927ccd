import { parseMac } from '#core/mac.ts'
import type { LoginRow } from '#db/login-traces.ts'

export const DEVICE = parseMac('aa-bb-cc-dd-ee-01')

/** A login of bob that was let in just now; `changes` make it another. */
export function loginRow(changes: Partial<LoginRow> = {}): LoginRow {
  const at = changes.lastAt ?? Date.now()
  return {
    firstAt: at,
    lastAt: at,
    count: 1,
    site: '75-0042',
    gateway: 'gw-0042',
    network: 'staff',
    mac: DEVICE,
    account: 'bob',
    nameWithheld: false,
    outcome: 'accept',
    reason: null,
    method: 'ttls',
    inner: 'pap',
    tlsVersion: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    tlsAlert: null,
    resumed: false,
    serial: null,
    rounds: 6,
    answerer: 'local',
    directory: null,
    answeredMs: 44,
    rule: null,
    vlan: '20',
    sessionSeconds: null,
    ...changes,
  }
}

export function refusedRow(reason: string, changes: Partial<LoginRow> = {}): LoginRow {
  return loginRow({ outcome: 'reject', reason, inner: 'password', vlan: null, ...changes })
}
