/** Contrast as WCAG 2.2 measures it, so that any organisation's colour gives a page that can be read. */

type Rgb = readonly [number, number, number]

const BLACK: Rgb = [0, 0, 0]
const WHITE: Rgb = [255, 255, 255]

/** What the pages use when no colour, or one that is not `#rrggbb`, is given. */
const FALLBACK: Rgb = [0x1d, 0x5c, 0x63]

/** Text on `colour`: black or white, whichever is read better; one of them has at least 4.5:1. */
export function inkOn(colour: string): '#000000' | '#ffffff' {
  const rgb = parse(colour)
  return contrast(rgb, WHITE) >= contrast(rgb, BLACK) ? '#ffffff' : '#000000'
}

/**
 * The nearest colour, darker or lighter, that stands out from `background` by `ratio` to one:
 * 4.5 for text (WCAG 1.4.3), 3 for the shape of a control (1.4.11).
 */
export function readableOn(background: string, colour: string, ratio: number): string {
  const ground = parse(background)
  const towards = luminance(ground) > 0.18 ? BLACK : WHITE
  const rgb = parse(colour)
  for (let step = 0; step < 20; step += 1) {
    const mixed = mix(rgb, towards, step / 20)
    if (contrast(mixed, ground) >= ratio) return format(mixed)
  }
  return format(towards)
}

export function contrastOf(a: string, b: string): number {
  return contrast(parse(a), parse(b))
}

function parse(colour: string): Rgb {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)
  if (match === null) return FALLBACK
  const channel = (at: number): number => Number.parseInt(match[at] ?? '0', 16)
  return [channel(1), channel(2), channel(3)]
}

function format(rgb: Rgb): string {
  return `#${rgb.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (at: 0 | 1 | 2): number => Math.round(from[at] + (to[at] - from[at]) * share)
  return [channel(0), channel(1), channel(2)]
}

function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].toSorted((x, y) => y - x)
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
}

function luminance(rgb: Rgb): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((channel) => {
    const share = channel / 255
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
