import type { Counter } from '#core/metrics.ts'
import type { SourceAddress } from './source-address.ts'

/** What a datagram came from, and what an answer goes to. Belongs to the socket that made it. */
export interface Peer {
  readonly address: SourceAddress
  readonly port: number
}

/** A datagram that came. It may be kept: nothing is ever written over it. */
export interface Datagram extends Peer {
  readonly bytes: Uint8Array
}

export const UDP_EVENTS = [
  'received',
  'sent',
  'dropped-by-kernel',
  'too-long',
  'send-failed',
  'send-queue-full',
  'receive-failed',
] as const
export type UdpEvent = (typeof UDP_EVENTS)[number]
export type UdpCounters = Readonly<Record<UdpEvent, Counter>>

export interface UdpOptions {
  /** An address, or a name that is looked up once. */
  readonly host: string
  /** 0 for any. */
  readonly port: number
  /** What waits in the kernel while the loop does something else; the kernel may grant less. */
  readonly receiveBufferBytes: number
  /** Several processes share the port, the kernel spreads the peers over them (SO_REUSEPORT). */
  readonly reusePort?: boolean
  readonly counters: UdpCounters
  /** Up to 64 at a time. What is sent from within goes out with one system call afterwards. */
  readonly receive: (batch: readonly Datagram[]) => void
}

export interface UdpSocket {
  /** The bound port. */
  readonly port: number
  /** Never throws; what cannot be sent is counted. The bytes must not be changed afterwards. */
  send(bytes: Uint8Array, to: Peer): void
  /** Someone who has not written to this socket. */
  peer(address: SourceAddress, port: number): Peer
  /** Takes nothing more; answers can still be sent. */
  stopReceiving(): void
  /** Sends what was given to it, then lets go of the port. */
  close(): Promise<void>
}

export const UDP_LIMITS = {
  /** Longer ones are dropped and counted: a RADIUS packet is at most 4096 octets (RFC 2865 §3). */
  datagramBytes: 4096,
  /** Answers that wait for the kernel to have room: some 6,000 of the usual size. */
  sendQueueBytes: 1024 * 1024,
  /** How long a closing socket waits for the kernel to take them. */
  closeMs: 1000,
} as const
