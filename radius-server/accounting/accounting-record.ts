import { formatAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { AccountingRecord } from '#db/accounting-record.ts'
import type { AccountingEvent } from '#db/log-event.ts'
import { publicSource } from '#db/public-source.ts'
import { accountingSessionKey } from '#db/session-key.ts'
import type { NetworkKind } from '#db/sites.ts'
import { readInteger } from '../attributes.ts'
import { readClass } from '../class.ts'
import { ACCT_STATUS_TYPE, ATTRIBUTE, TERMINATE_CAUSE } from '../dictionary.ts'
import { firstAttribute } from '../packet.ts'
import type { Packet } from '../packet.ts'
import type { RadiusRequest } from '../request.ts'
import { eventTime } from './event-time.ts'
import { TEXT_LIMITS, safeText } from './safe-text.ts'

const KIND: ReadonlyMap<number, AccountingRecord['kind']> = new Map([
  [ACCT_STATUS_TYPE.Start, 'start'],
  [ACCT_STATUS_TYPE['Interim-Update'], 'interim'],
  [ACCT_STATUS_TYPE.Stop, 'stop'],
])

/** Null if it says nothing that could be recorded: no or unknown Acct-Status-Type, no Acct-Session-Id. */
export function readAccounting(request: RadiusRequest): AccountingEvent | null {
  const { packet } = request
  const { gateway } = request.client
  const status = readInteger(packet, ATTRIBUTE['Acct-Status-Type'])
  const { at, nasAt } = eventTime(packet, request.receivedAt)

  if (
    status === ACCT_STATUS_TYPE['Accounting-On'] ||
    status === ACCT_STATUS_TYPE['Accounting-Off']
  ) {
    const cause = terminateCause(packet) ?? 'NAS-Reboot'
    return { kind: 'restart', restart: { gateway: gateway.name, at, cause } }
  }

  const kind = status === null ? undefined : KIND.get(status)
  const acctSessionId = text(packet, ATTRIBUTE['Acct-Session-Id'], TEXT_LIMITS.sessionId)
  if (kind === undefined || acctSessionId === null) return null

  const name = userName(packet)
  const nameMac = name === null ? null : parseMac(name)
  const mac = stationMac(packet) ?? nameMac
  const issued = readClass(packet)
  const ipv4 = address(packet, ATTRIBUTE['Framed-IP-Address'], 4)
  const ipv6 = readIpv6(packet)
  const account = issued?.account ?? (nameMac === null ? name : null)
  const network =
    issued?.network ??
    (nameMac === null ? null : 'guest') ??
    networkOf(request, ipv4 ?? ipv6) ??
    (account === null ? 'guest' : 'staff')
  const v4 = ipv4 === null ? null : formatAddress(ipv4)
  return {
    kind: 'record',
    record: {
      kind,
      gateway: gateway.name,
      site: gateway.site,
      network,
      sessionKey: accountingSessionKey(gateway.name, acctSessionId, mac),
      mac,
      account: account?.toLowerCase() ?? null,
      ipv4: v4,
      ipv6: ipv6 === null ? null : formatAddress(ipv6),
      publicSource: publicSource(gateway[network], v4, request.source.address.text),
      at,
      nasAt,
      sessionSeconds: readInteger(packet, ATTRIBUTE['Acct-Session-Time']),
      octetsIn: octets(packet, ATTRIBUTE['Acct-Input-Octets'], ATTRIBUTE['Acct-Input-Gigawords']),
      octetsOut: octets(
        packet,
        ATTRIBUTE['Acct-Output-Octets'],
        ATTRIBUTE['Acct-Output-Gigawords'],
      ),
      counterBits: counterBits(packet),
      cause: terminateCause(packet),
    },
  }
}

function text(packet: Packet, type: number, limit: number): string | null {
  const value = firstAttribute(packet, type)
  return value === null ? null : safeText(value, limit)
}

/** Who, never where to: what a gateway wrongly fills with the address of a page is no name. */
function userName(packet: Packet): string | null {
  const name = text(packet, ATTRIBUTE['User-Name'], TEXT_LIMITS.account)
  return name?.includes('://') === true ? null : name
}

function stationMac(packet: Packet): Mac | null {
  const station = text(packet, ATTRIBUTE['Calling-Station-Id'], TEXT_LIMITS.account)
  return station === null ? null : parseMac(station)
}

/** Null also for 0.0.0.0, which gateways send until DHCP has answered. */
function address(packet: Packet, type: number, length: number): Uint8Array | null {
  const value = firstAttribute(packet, type)
  if (value === null || value.length !== length || value.every((octet) => octet === 0)) return null
  return value
}

/** Framed-IPv6-Address, else the prefix that was given (RFC 3162 §2.3: reserved, bits, octets). */
function readIpv6(packet: Packet): Uint8Array | null {
  const whole = address(packet, ATTRIBUTE['Framed-IPv6-Address'], 16)
  if (whole !== null) return whole
  const prefix = firstAttribute(packet, ATTRIBUTE['Framed-IPv6-Prefix'])
  if (prefix === null || prefix.length < 2 || prefix.length > 18) return null
  const padded = new Uint8Array(16)
  padded.set(prefix.subarray(2))
  return padded.every((octet) => octet === 0) ? null : padded
}

function networkOf({ client }: RadiusRequest, ip: Uint8Array | null): NetworkKind | null {
  return ip === null ? null : (client.subnets.lookup(ip) ?? null)
}

/** RFC 2869 §5.1: gigawords are the upper 32 bits. */
function octets(packet: Packet, lowType: number, highType: number): bigint | null {
  const low = readInteger(packet, lowType)
  if (low === null) return null
  return (BigInt(readInteger(packet, highType) ?? 0) << 32n) | BigInt(low)
}

/** A gateway that sends gigawords for one direction counts both in 64 bits. */
function counterBits(packet: Packet): 32 | 64 | null {
  const sent = (...types: number[]): boolean =>
    types.some((type) => readInteger(packet, type) !== null)
  if (sent(ATTRIBUTE['Acct-Input-Gigawords'], ATTRIBUTE['Acct-Output-Gigawords'])) return 64
  return sent(ATTRIBUTE['Acct-Input-Octets'], ATTRIBUTE['Acct-Output-Octets']) ? 32 : null
}

function terminateCause(packet: Packet): string | null {
  const cause = readInteger(packet, ATTRIBUTE['Acct-Terminate-Cause'])
  return cause === null ? null : (TERMINATE_CAUSE[cause] ?? String(cause))
}
