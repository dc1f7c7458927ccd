/** A UDP datagram between two ports of 127.0.0.1. */
export interface CapturedDatagram {
  readonly from: number
  readonly to: number
  readonly payload: Buffer
}

const MAGIC = 0xa1b2c3d4
/** Each packet begins with its IP header (LINKTYPE_RAW). */
const RAW_IP = 101
const UDP = 17
const IP_HEADER_BYTES = 20
const UDP_HEADER_BYTES = 8
const LOOPBACK = [127, 0, 0, 1]

/** A capture file, as libpcap writes it, of datagrams that were kept in memory. */
export function pcapOf(datagrams: readonly CapturedDatagram[]): Buffer {
  const header = Buffer.alloc(24)
  header.writeUInt32LE(MAGIC, 0)
  header.writeUInt16LE(2, 4)
  header.writeUInt16LE(4, 6)
  header.writeUInt32LE(0xffff, 16)
  header.writeUInt32LE(RAW_IP, 20)
  return Buffer.concat([header, ...datagrams.flatMap(recordOf)])
}

function recordOf({ from, to, payload }: CapturedDatagram, index: number): Buffer[] {
  const size = IP_HEADER_BYTES + UDP_HEADER_BYTES + payload.length
  const record = Buffer.alloc(16)
  record.writeUInt32LE(index, 0)
  record.writeUInt32LE(size, 8)
  record.writeUInt32LE(size, 12)
  const ip = Buffer.alloc(IP_HEADER_BYTES)
  ip[0] = 0x45
  ip.writeUInt16BE(size, 2)
  ip[8] = 64
  ip[9] = UDP
  ip.set([...LOOPBACK, ...LOOPBACK], 12)
  const udp = Buffer.alloc(UDP_HEADER_BYTES)
  udp.writeUInt16BE(from, 0)
  udp.writeUInt16BE(to, 2)
  udp.writeUInt16BE(UDP_HEADER_BYTES + payload.length, 4)
  return [record, ip, udp, payload]
}
