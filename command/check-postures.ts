import { loadPostures } from '#db/gateway-postures.ts'
import type { GatewayPosture } from '#db/gateway-postures.ts'
import type { House } from './house.ts'
import type { Finding } from './finding.ts'

const WHAT = 'Message-Authenticator of gateways'
/** Names in a line; the rest is a number. */
const NAMED = 5

/** Whether its Access-Requests over UDP had a Message-Authenticator, whatever was asked of it. */
export function signsOf({ seen }: GatewayPosture): 'always' | 'sometimes' | 'never' | 'unheard' {
  if (seen?.signed == null) return seen?.unsigned == null ? 'unheard' : 'never'
  return seen.unsigned === null ? 'always' : 'sometimes'
}

export async function checkPostures({ database }: House): Promise<Finding> {
  const note = postureNote(await loadPostures(database))
  return note === null ? { what: WHAT } : { what: WHAT, note }
}

/** Which gateways may be imitated, and which may be left out; null: none. */
export function postureNote(postures: readonly GatewayPosture[]): string | null {
  const byUdp = postures.filter(({ address }) => address !== null)
  const mustNot = byUdp.filter(
    ({ rule, seen }) => rule !== 'required' && !(rule === 'auto' && seen?.enforcedAt != null),
  )
  const unsigned = byUdp.filter((one) => ['sometimes', 'never'].includes(signsOf(one)))
  const refused = unsigned.filter(({ seen }) => (seen?.refused ?? 0) > 0)
  const parts = [
    about(mustNot, 'need not send it: set message_authenticator to required where one does'),
    about(
      unsigned.filter((one) => !refused.includes(one)),
      'were heard without it: update them',
    ),
    about(
      refused,
      'were refused without it: update them, or relax their message_authenticator; someone may also imitate them',
    ),
  ]
  const said = parts.filter((part) => part !== null)
  return said.length === 0 ? null : `${said.join('; ')}. See npx accueil radius gateways`
}

function about(postures: readonly GatewayPosture[], what: string): string | null {
  if (postures.length === 0) return null
  const names = postures.slice(0, NAMED).map(({ gateway }) => gateway)
  const more = postures.length - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''} ${what}`
}
