/** How a device gets its credential; the first that fits is offered before the others. */
export const WAYS = [
  'apple',
  'windows',
  'android',
  'chromeos',
  'linux',
  'pkcs12',
  'request',
  'password',
] as const
export type Way = (typeof WAYS)[number]

/** Those that are one file, for a certificate and for a password alike. */
export const PROFILE_WAYS = ['apple', 'windows', 'android', 'chromeos', 'linux'] as const
export type ProfileWay = (typeof PROFILE_WAYS)[number]

export const DEVICE_KINDS = ['laptop', 'phone', 'tablet', 'till', 'printer', 'other'] as const
export type DeviceKind = (typeof DEVICE_KINDS)[number]

/** What has a key of its own, most often. */
export const THING_KINDS = ['till', 'printer', 'other'] as const
export type ThingKind = (typeof THING_KINDS)[number]

export function isThingKind(value: string | null): value is ThingKind {
  return THING_KINDS.some((kind) => kind === value)
}

export function isWay(value: string | null): value is Way {
  return WAYS.some((way) => way === value)
}

export function isProfileWay(value: string | null): value is ProfileWay {
  return PROFILE_WAYS.some((way) => way === value)
}

export function isDeviceKind(value: string | null): value is DeviceKind {
  return DEVICE_KINDS.some((kind) => kind === value)
}

export interface GuessedDevice {
  readonly way: ProfileWay
  readonly kind: DeviceKind
  /** What its maker calls it. */
  readonly make: string
}

/** In this order: Android says that it is Linux, and an iPhone that it is like Mac OS X. */
const KNOWN: readonly (readonly [RegExp, ProfileWay, DeviceKind, string])[] = [
  [/iPhone|iPod/, 'apple', 'phone', 'iPhone'],
  [/iPad/, 'apple', 'tablet', 'iPad'],
  [/Android(?!.*Mobile)/, 'android', 'tablet', 'Android'],
  [/Android/, 'android', 'phone', 'Android'],
  [/\bCrOS\b/, 'chromeos', 'laptop', 'Chromebook'],
  [/Windows/, 'windows', 'laptop', 'Windows'],
  // An iPad may say the same.
  [/Macintosh|Mac OS X/, 'apple', 'laptop', 'Mac'],
  [/Linux|X11/, 'linux', 'laptop', 'Linux'],
]

/** What a device of this way is, most often. */
export const USUAL_KIND: Readonly<Record<Way, DeviceKind>> = {
  apple: 'phone',
  windows: 'laptop',
  android: 'phone',
  chromeos: 'laptop',
  linux: 'laptop',
  pkcs12: 'other',
  request: 'other',
  password: 'printer',
}

/** By what the browser says of itself; null where it says nothing that we know. */
export function guessDevice(userAgent: string): GuessedDevice | null {
  const found = KNOWN.find(([pattern]) => pattern.test(userAgent))
  if (found === undefined) return null
  const [, way, kind, make] = found
  return { way, kind, make }
}
