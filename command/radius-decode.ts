import { text } from 'node:stream/consumers'
import { PACKET_LIMITS, parsePacket } from '../radius-server/packet.ts'
import { attributeLines, codeName } from '../radius-server/packet-text.ts'
import { EXIT_FAILED, UsageError } from './run.ts'

/** Shows a packet by the names of its attributes. What is hidden stays so: no secret is asked for. */
export async function runRadiusDecode(args: readonly string[]): Promise<number> {
  const hex = (args.length > 0 ? args.join('') : await text(process.stdin)).replace(/\s|^0x/g, '')
  if (!/^([0-9a-f]{2})+$/i.test(hex)) {
    throw new UsageError('give the octets of one RADIUS packet in hex, or pipe them in')
  }
  const parsed = parsePacket(Buffer.from(hex, 'hex'))
  if (!parsed.ok) {
    const { shortest, longest } = PACKET_LIMITS
    console.error(
      `accueil: no RADIUS packet (${parsed.reason}): ${hex.length / 2} octets were given; it begins with Code, Identifier and Length, and has ${shortest} to ${longest}`,
    )
    return EXIT_FAILED
  }
  const { packet } = parsed
  console.log(`${codeName(packet.code)} ${packet.identifier}, ${packet.bytes.length} octets`)
  for (const line of attributeLines(packet)) console.log(`  ${line}`)
  return 0
}
