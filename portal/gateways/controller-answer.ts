/** What a controller sent is looked at like anything from the network: it may be of any shape. */
export type Thing = Readonly<Record<string, unknown>>

export function thingOf(json: unknown): Thing {
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Thing) : {}
}

export function listOf(json: unknown): readonly Thing[] {
  return Array.isArray(json) ? json.map(thingOf) : []
}

export function textOf(thing: Thing, key: string): string | null {
  const value = thing[key]
  return typeof value === 'string' ? value : null
}
