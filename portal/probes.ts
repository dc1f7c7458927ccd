import { ANY_PATH, PROBE_TABLE } from './probe-table.ts'
import type { OnlineAnswer } from './probe-table.ts'

/** Where Windows sends the browser once it knows of a portal: to it, whoever asks. */
const PORTAL_OPENER = 'www.msftconnecttest.com/redirect'

const ANSWERS: ReadonlyMap<string, OnlineAnswer> = new Map(
  PROBE_TABLE.flatMap(({ hosts, path, online }) =>
    hosts.map((host) => [host + path, online] as const),
  ),
)

export type Probe =
  | { readonly kind: 'probe'; readonly online: OnlineAnswer }
  | { readonly kind: 'portal-opener' }

/** The probe that `host` (without port) and `path` are, or null. */
export function probeAt(host: string, path: string): Probe | null {
  const name = host.toLowerCase().replace(/\.$/, '')
  if (name + path === PORTAL_OPENER) return { kind: 'portal-opener' }
  const online = ANSWERS.get(name + path) ?? ANSWERS.get(name + ANY_PATH)
  return online === undefined ? null : { kind: 'probe', online }
}
