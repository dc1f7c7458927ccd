import type { RadsecConnection } from './connection.ts'

export const CONNECTIONS_LIMITS = {
  /** 2,333 gateways with three each. */
  inAll: 8192,
  /** A gateway that changed its address leaves connections behind that look alive for minutes. */
  perGateway: 16,
} as const

/** The connections that are open, by the gateway that each has proved to be. */
export class Connections {
  readonly #byGateway = new Map<string, Set<RadsecConnection>>()
  readonly #perGateway: number
  #size = 0

  constructor(perGateway: number = CONNECTIONS_LIMITS.perGateway) {
    this.#perGateway = perGateway
  }

  get size(): number {
    return this.#size
  }

  get gateways(): number {
    return this.#byGateway.size
  }

  get inWork(): number {
    return [...this].reduce((total, { inWork }) => total + inWork, 0)
  }

  /** Where a gateway has too many, the one that was silent longest makes room. */
  add(connection: RadsecConnection): void {
    const own = this.#byGateway.get(connection.gateway) ?? new Set()
    if (own.size >= this.#perGateway) {
      const silent = [...own].toSorted((a, b) => a.heardAt - b.heardAt)[0]
      silent?.close('made-room')
    }
    own.add(connection)
    this.#byGateway.set(connection.gateway, own)
    this.#size += 1
  }

  /** The one that was heard last: of a gateway that moved, the others may be dead. */
  find(gateway: string): RadsecConnection | undefined {
    const own = [...(this.#byGateway.get(gateway) ?? [])]
    return own.toSorted((a, b) => b.heardAt - a.heardAt)[0]
  }

  remove(connection: RadsecConnection): void {
    const own = this.#byGateway.get(connection.gateway)
    if (own?.delete(connection) !== true) return
    this.#size -= 1
    if (own.size === 0) this.#byGateway.delete(connection.gateway)
  }

  *[Symbol.iterator](): IterableIterator<RadsecConnection> {
    for (const own of this.#byGateway.values()) yield* own
  }
}
