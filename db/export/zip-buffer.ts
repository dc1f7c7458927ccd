import { ZipWriter } from './zip.ts'

/** A few small files as one archive, in memory: what is secret in them is on no disk of ours. */
export async function zipBuffer(
  files: readonly { readonly name: string; readonly text: string; readonly mode?: string }[],
  at: Date,
): Promise<Buffer<ArrayBuffer>> {
  const pieces: { readonly at: number; readonly bytes: Uint8Array }[] = []
  let size = 0
  const zip = ZipWriter.into(
    {
      write(bytes, at) {
        pieces.push({ at, bytes: Uint8Array.from(bytes) })
        size = Math.max(size, at + bytes.length)
        return Promise.resolve()
      },
      close: () => Promise.resolve(),
    },
    at,
  )
  for (const { name, text } of files) await zip.add(name, [Buffer.from(text)])
  await zip.finish()
  const whole = Buffer.alloc(size)
  for (const piece of pieces) whole.set(piece.bytes, piece.at)
  return whole
}
