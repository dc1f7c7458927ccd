/** Where traces go; as the variables of OpenTelemetry say it. */
export interface TracingSettings {
  /** Of traces: the endpoint with `/v1/traces`. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** How many of the beginnings are kept, 0 to 1. */
  readonly share: number
}

/** `name=value,name=value`, values percent-encoded (OpenTelemetry, "Protocol Exporter"). Null: it is not so. */
export function parseOtlpHeaders(text: string): Readonly<Record<string, string>> | null {
  const headers: Record<string, string> = {}
  for (const part of text.split(',').map((piece) => piece.trim())) {
    if (part === '') continue
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+)\s*=\s*(.*)$/.exec(part) ?? []
    if (name === undefined || value === undefined) return null
    try {
      headers[name.toLowerCase()] = decodeURIComponent(value)
    } catch {
      return null
    }
  }
  return headers
}
