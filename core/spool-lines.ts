import type { Seal } from './seal.ts'
import { encodeFrame } from './spool-frame.ts'

/** Sealed, a chunk and the longest line after it stay below what a seal opens. */
const CHUNK_BYTES = 24 * 1024
export const LONGEST_LINE_BYTES = 16 * 1024
const SEAL_CONTEXT = 'spool 1'

/** Lines as sealed frames, one after the other; `length` is a line's length in bytes. */
export function encodeLines(
  group: readonly { readonly line: string; readonly length: number }[],
  seal: Seal,
): Buffer {
  const frames: Buffer[] = []
  let chunk: string[] = []
  let length = 0
  const end = (): void => {
    frames.push(encodeFrame(Buffer.from(seal.seal(chunk.join('\n'), SEAL_CONTEXT)), chunk.length))
    chunk = []
    length = 0
  }
  for (const waiting of group) {
    chunk.push(waiting.line)
    length += waiting.length
    if (length >= CHUNK_BYTES) end()
  }
  if (chunk.length > 0) end()
  return Buffer.concat(frames)
}

/** Null: not ours, or sealed with another master key. */
export function decodeLines(payload: Buffer, seal: Seal): readonly string[] | null {
  const plain = seal.open(payload.toString('latin1'), SEAL_CONTEXT)
  return plain === null ? null : Buffer.from(plain).toString('utf8').split('\n')
}
