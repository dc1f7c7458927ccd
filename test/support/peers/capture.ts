import { writeFileSync } from 'node:fs'
import { pcapOf } from './pcap.ts'
import type { CapturedDatagram } from './pcap.ts'
import { must, start } from './process.ts'
import type { RunFolder } from './run-folder.ts'

export interface Capture extends AsyncDisposable {
  /** Everything that went over these UDP ports, every field of it, as tshark shows it. */
  radius(ports: readonly number[], secret: string): Promise<string>
  /** The same of RADIUS over TLS on this port; `keyLog` has the keys, as NSS writes them. */
  radsec(port: number, keyLog: string): Promise<string>
  /** No more is caught; before it is read. */
  end(): Promise<void>
}

/** What goes over loopback from and to these ports, caught by dumpcap. */
export async function startCapture(folder: RunFolder, ports: readonly number[]): Promise<Capture> {
  const file = folder.fresh('capture.pcapng')
  // A bounded file: nothing that runs beside the suite may fill the disk.
  const bounds = ['-a', 'filesize:200000']
  const filter = ports.map((port) => `port ${port}`).join(' or ')
  // In the kernel there is room for 2 MB otherwise: dumpcap may have to wait for the processor.
  const room = ['-B', '64']
  const command = ['dumpcap', '-q', '-i', 'lo', '-f', filter, ...room, ...bounds, '-w', file]
  const running = start('dumpcap', command, { folder })
  await running.printed(/File: /)
  const tshark = (...args: readonly string[]): Promise<string> =>
    must(['tshark', '-n', ...args], { timeoutMs: 120_000 })
  const end = async (): Promise<void> => void (await running.stop('SIGINT'))
  return {
    end,
    radius: (ports, secret) =>
      tshark(
        ...['-r', file, '-V', '-o', `radius.shared_secret:${secret}`],
        ...['-Y', ports.map((port) => `udp.port==${port}`).join(' or ')],
        ...ports.flatMap((port) => ['-d', `udp.port==${port},radius`]),
      ),
    async radsec(port, keyLog) {
      const sent = await tshark(
        ...['-r', file, '-o', `tls.keylog_file:${keyLog}`],
        ...['-d', `tcp.port==${port},tls`, '-d', `tls.port==${port},data`],
        ...['-Y', `tcp.port==${port} and data`, '-T', 'fields'],
        ...['-e', 'tcp.srcport', '-e', 'tcp.dstport', '-e', 'data.data'],
      )
      // tshark of Debian 12 knows RADIUS on UDP only: each packet goes into a datagram.
      const datagrams = sent.split('\n').flatMap((line) => packetsOf(line, port))
      const unwrapped = folder.fresh('radsec.pcap')
      writeFileSync(unwrapped, pcapOf(datagrams))
      return tshark('-r', unwrapped, '-V', '-o', 'radius.shared_secret:radsec')
    },
    [Symbol.asyncDispose]: end,
  }
}

/** The ports by which tshark knows RADIUS. */
const SHOWN_PORT = 1812

/** What was in one TLS record each: this server and radsecproxy put whole packets in theirs. */
function packetsOf(line: string, port: number): readonly CapturedDatagram[] {
  const [from = '', to = '', hex = ''] = line.split('\t')
  const shown = (text: string): number => (Number(text) === port ? SHOWN_PORT : Number(text))
  return hex.split(',').flatMap((record) => {
    const bytes = Buffer.from(record, 'hex')
    const packets: CapturedDatagram[] = []
    for (let at = 0; at + 4 <= bytes.length;) {
      const length = Math.max(20, bytes.readUInt16BE(at + 2))
      const payload = bytes.subarray(at, at + length)
      packets.push({ from: shown(from), to: shown(to), payload })
      at += length
    }
    return packets
  })
}
