import type { Seal } from '#core/seal.ts'

/** A sealed text has 64 KiB at most. */
const PIECE_BYTES = 45_000

/** An uploaded table as it is kept, in pieces of which none can be left out or stand elsewhere. */
export function sealTable(seal: Seal, bytes: Uint8Array): readonly string[] {
  const count = Math.max(1, Math.ceil(bytes.length / PIECE_BYTES))
  return Array.from({ length: count }, (_, i) =>
    seal.seal(bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES), contextOf(i, count)),
  )
}

/** Null: of another master key, or not as it was. */
export function openTable(seal: Seal, pieces: readonly string[]): Uint8Array | null {
  const opened = pieces.map((piece, i) => seal.open(piece, contextOf(i, pieces.length)))
  return opened.every((piece) => piece !== null) ? Buffer.concat(opened) : null
}

function contextOf(i: number, count: number): string {
  return `site-import:${i + 1} of ${count}`
}
