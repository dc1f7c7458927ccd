import { LIMITS } from '../limits.ts'

const BLOCK = 512

/** A file of an archive, or a link to another. */
export interface TarFile {
  /** As it is written there; nothing is ever written to such a path. */
  readonly path: string
  readonly content: Uint8Array
  /** Where a symbolic link leads; null for a file. */
  readonly link: string | null
}

/**
 * The files of a tar archive in memory (POSIX.1-1988 ustar, and what GNU tar writes), each a view of it.
 * Null where it is none; it ends where it is cut off.
 */
export function readTar(archive: Uint8Array): readonly TarFile[] | null {
  const files: TarFile[] = []
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.length)
  let at = 0
  while (at + BLOCK <= bytes.length && files.length < LIMITS.archiveFiles) {
    const header = bytes.subarray(at, at + BLOCK)
    if (header.every((byte) => byte === 0)) break
    if (!hasItsSum(header)) return files.length === 0 ? null : files
    const size = octal(header, 124, 12)
    const begin = at + BLOCK
    if (size === null || begin + size > bytes.length) return files.length === 0 ? null : files
    const kind = String.fromCharCode(header[156] ?? 0)
    if (kind === '0' || kind === '\0' || kind === '2') {
      const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : ''
      const name = text(header, 0, 100)
      files.push({
        path: prefix === '' ? name : `${prefix}/${name}`,
        content: archive.subarray(begin, begin + size),
        link: kind === '2' ? text(header, 157, 100) : null,
      })
    }
    at = begin + Math.ceil(size / BLOCK) * BLOCK
  }
  return files.length === 0 ? null : files
}

/** The sum of the header's octets with its own field as blanks: what tells an archive from other bytes. */
function hasItsSum(header: Buffer): boolean {
  let sum = 8 * 0x20
  for (let i = 0; i < BLOCK; i++) if (i < 148 || i >= 156) sum += header[i] ?? 0
  return octal(header, 148, 8) === sum
}

function octal(header: Buffer, at: number, length: number): number | null {
  const digits = text(header, at, length).trim()
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null
}

function text(header: Buffer, at: number, length: number): string {
  const field = header.subarray(at, at + length)
  const end = field.indexOf(0)
  return field.toString('utf8', 0, end < 0 ? length : end)
}
