import { pbkdf2, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(pbkdf2)

/** IEEE 802.11-2020 §J.4.1. */
const PMK = { bytes: 32, rounds: 4096 } as const

/** Who records a handshake may guess at leisure, 4096 rounds a guess: the 8 that WPA2 allows are too few. */
const SHORTEST_PASSPHRASE = 12
/** IEEE 802.11-2020 §J.4.1: 63 at most, each of 32 to 126 in ASCII. */
const LONGEST_PASSPHRASE = 63
const LONGEST_SSID_BYTES = 32

/** The pairwise master key of WPA2: what passphrase and network name come to. It takes some milliseconds. */
export async function pairwiseMasterKey(passphrase: string, ssid: string): Promise<Uint8Array> {
  return derive(passphrase, Buffer.from(ssid, 'utf8'), PMK.rounds, PMK.bytes, 'sha1')
}

/** What is wrong with a passphrase; null if nothing. */
export function passphraseProblem(text: string): string | null {
  if (!/^[ -~]*$/.test(text)) return 'has a character that is not printable ASCII'
  if (text.length < SHORTEST_PASSPHRASE) return `has fewer than ${SHORTEST_PASSPHRASE} characters`
  if (text.length > LONGEST_PASSPHRASE) return `has more than ${LONGEST_PASSPHRASE} characters`
  return null
}

export function ssidProblem(text: string): string | null {
  const { length } = Buffer.from(text, 'utf8')
  if (length === 0) return 'is empty'
  return length > LONGEST_SSID_BYTES ? `has more than ${LONGEST_SSID_BYTES} octets` : null
}

/** No letter or digit that looks like another: it is typed on the keys of a printer. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'
const GROUPS = 4
const GROUP_LETTERS = 4

/** A passphrase of 79 bits: `n7kq-v3xd-2hbm-wt9e`. */
export function generatePassphrase(random: (size: number) => Uint8Array = randomBytes): string {
  const letters: string[] = []
  while (letters.length < GROUPS * GROUP_LETTERS) {
    const [octet = 0] = random(1)
    // Those above the last whole multiple would make some letters likelier.
    if (octet < 256 - (256 % ALPHABET.length))
      letters.push(ALPHABET.charAt(octet % ALPHABET.length))
  }
  return Array.from({ length: GROUPS }, (_, i) =>
    letters.slice(i * GROUP_LETTERS, (i + 1) * GROUP_LETTERS).join(''),
  ).join('-')
}
