const BROWSERS = [
  ['Edge', /\bEdgA?\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Samsung Internet', /\bSamsungBrowser\//],
  ['Opera', /\bOPR\//],
  ['Chrome', /\b(Chrome|CriOS)\//],
  ['Safari', /\bSafari\//],
] as const

const SYSTEMS = [
  ['Android', /\bAndroid\b/],
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['ChromeOS', /\bCrOS\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
] as const

/** `Firefox, Windows`: enough for its owner to know it again; empty where it does not say. */
export function browserName(userAgent: string): string {
  const named = (table: typeof BROWSERS | typeof SYSTEMS): string =>
    table.find(([, pattern]) => pattern.test(userAgent))?.[0] ?? ''
  return [named(BROWSERS), named(SYSTEMS)].filter((name) => name !== '').join(', ')
}
