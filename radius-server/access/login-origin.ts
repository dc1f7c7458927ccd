import { parseMac } from '#core/mac.ts'
import { readText } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import type { OverLimit } from '../limits/over-limit.ts'
import type { RadiusRequest } from '../request.ts'

/** From where somebody tries to log in. */
export interface LoginOrigin {
  /** The device, as failures are counted by. */
  readonly device: string
  /** Whether its gateway and its device may have one more login that costs something; takes its place if so. */
  mayCost(): boolean
}

/**
 * The hardware address, which goes from place to place with the device; a gateway that tells none
 * stands for all its devices, and then only for the account that is tried.
 */
export function deviceOf({ client, packet }: Pick<RadiusRequest, 'client' | 'packet'>): string {
  const station = readText(packet, ATTRIBUTE['Calling-Station-Id'])
  const mac = station === null ? null : parseMac(station)
  return mac ?? `${client.gateway.name} ${station ?? ''}`
}

/** A request that carries the password itself. What it reads of the packet is read when somebody asks. */
export class RequestOrigin implements LoginOrigin {
  /** It may not: what is dropped for that is not an overload. */
  isOver = false
  readonly #request: RadiusRequest
  readonly #limits: Pick<OverLimit, 'mayLogIn'>

  constructor(request: RadiusRequest, limits: Pick<OverLimit, 'mayLogIn'>) {
    this.#request = request
    this.#limits = limits
  }

  get device(): string {
    return deviceOf(this.#request)
  }

  mayCost(): boolean {
    const may = this.#limits.mayLogIn(this.#request)
    this.isOver = !may
    return may
  }
}

/** An EAP conversation: it took its place when it was opened. */
export function conversationOrigin(device: string): LoginOrigin {
  return { device, mayCost: () => true }
}
