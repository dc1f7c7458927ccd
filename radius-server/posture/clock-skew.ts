import { readInteger } from '../attributes.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import type { RadiusRequest } from '../request.ts'

/** Of a packet that lay there for longer, the time of sending is anyone's guess. */
const LONGEST_DELAY_SECONDS = 1

/** Accounting says what time it is at the gateway: by how much that is ahead of ours. */
export function measureClock({ client, packet, receivedAt }: RadiusRequest): void {
  if (packet.code !== CODE['Accounting-Request']) return
  const seconds = readInteger(packet, ATTRIBUTE['Event-Timestamp'])
  const delay = readInteger(packet, ATTRIBUTE['Acct-Delay-Time']) ?? 0
  if (seconds === null || delay > LONGEST_DELAY_SECONDS) return
  client.watch.clockSkewMs = (seconds + delay) * 1000 - receivedAt
}
