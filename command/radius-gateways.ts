import { parseArgs } from 'node:util'
import { forgetEnforced, loadPostures } from '#db/gateway-postures.ts'
import type { GatewayPosture } from '#db/gateway-postures.ts'
import { cliActor } from './apply.ts'
import { requireReason } from './criteria.ts'
import { signsOf } from './check-postures.ts'
import { withHouseAs } from './house.ts'
import { EXIT_FAILED } from './run.ts'

const NONE = 'No gateway is declared: npx accueil apply FILE, as docs/declare.md shows.'
const HEADS = [
  ...['GATEWAY', 'PLACE', 'HEARD', 'BY', 'SIGNS', 'MUST SIGN', 'CLOCK'],
  ...['REQUESTS', 'UNSIGNED', 'REFUSED', 'OVER LIMIT', 'SINCE'],
]

export async function runRadiusGateways(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean' }, forget: text, reason: text },
  })
  const { forget, json = false } = values
  const reason = forget === undefined ? '' : requireReason(values.reason)
  return withHouseAs('operator', 'radius gateways', async ({ database }) => {
    if (forget !== undefined) {
      const isDone = await forgetEnforced(database, forget, { actor: cliActor(), reason })
      console.log(forgetSentence(forget, isDone))
      return isDone ? 0 : EXIT_FAILED
    }
    const postures = await loadPostures(database)
    const lines = json ? postures.map(toJson) : gatewayLines(postures, Date.now())
    for (const line of lines) console.log(line)
    return 0
  })
}

function forgetSentence(gateway: string, isDone: boolean): string {
  return isDone
    ? `${gateway} need not sign until it was seen to again; message_authenticator: optional in its declaration keeps it so.`
    : `Nothing was learned of a gateway "${gateway}". One that must sign by its declaration is changed there: message_authenticator.`
}

function toJson(posture: GatewayPosture): string {
  const { seen, ...declared } = posture
  return JSON.stringify({ ...declared, signs: signsOf(posture), ...seen })
}

/** A table that fits what is in it; `now` in milliseconds since the epoch. */
export function gatewayLines(postures: readonly GatewayPosture[], now: number): readonly string[] {
  if (postures.length === 0) return [NONE]
  const rows = [HEADS, ...postures.map((posture) => cellsOf(posture, now))]
  const widths = HEADS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function cellsOf(posture: GatewayPosture, now: number): readonly string[] {
  const { gateway, site, seen } = posture
  const signs = signsOf(posture)
  if (seen === null) return [gateway, site, 'never', '-', signs, mustSign(posture)]
  const { heardAt, transport, clockSkewMs, requests, unsignedRequests, refused, overLimit } = seen
  return [
    ...[gateway, site, heardAt === null ? 'never' : ago(now - heardAt.getTime()), transport],
    ...[signs, mustSign(posture), clockSkewMs === null ? '-' : clock(clockSkewMs)],
    ...[requests, unsignedRequests, refused, overLimit].map(String),
    seen.since.toISOString().slice(0, 10),
  ]
}

function mustSign({ rule, address, seen }: GatewayPosture): string {
  if (address === null) return 'TLS has'
  if (rule === 'required') return 'yes'
  if (rule !== 'auto') return `no (${rule})`
  const since = seen?.enforcedAt?.toISOString().slice(0, 10)
  return since === undefined ? 'not yet (auto)' : `since ${since} (auto)`
}

function ago(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000))
  if (minutes < 120) return `${minutes} min ago`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`
}

function clock(skewMs: number): string {
  const seconds = Math.round(skewMs / 1000)
  if (Math.abs(seconds) <= 1) return 'right'
  return `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead' : 'behind'}`
}
