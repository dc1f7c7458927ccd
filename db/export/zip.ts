import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { crc32, createDeflateRaw, createInflateRaw } from 'node:zlib'
import { AppError } from '#core/error.ts'

// The ZIP format of PKWARE's APPNOTE.TXT 6.3, without its 64-bit and encrypted forms: it opens on any
// machine with what is on it.
const LOCAL_HEADER = 0x04034b50
const CENTRAL_HEADER = 0x02014b50
const END_RECORD = 0x06054b50
const LOCAL_BYTES = 30
const CENTRAL_BYTES = 46
const END_BYTES = 22
const VERSION = 20
const UTF8_NAMES = 0x0800
const DEFLATED = 8
const LARGEST = 0xffff_ffff
const MOST_ENTRIES = 64
const MOST_CENTRAL_BYTES = 65_536

interface Entry {
  readonly name: string
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly offset: number
}

/** Where an archive goes: its beginning is written again at the end. */
export interface ZipSink {
  write(bytes: Uint8Array, at: number): Promise<void>
  close(isWhole: boolean): Promise<void>
}

/** Writes files one after the other into a new archive. */
export class ZipWriter {
  readonly #sink: ZipSink
  readonly #when: Buffer
  readonly #entries: Entry[] = []
  #at = 0

  private constructor(sink: ZipSink, at: Date) {
    this.#sink = sink
    this.#when = dosTime(at)
  }

  /**
   * At `path`, readable by its owner only; throws when there is a file already: what was handed over is never
   * written over.
   */
  static async create(path: string, at: Date): Promise<ZipWriter> {
    const file = await open(path, 'wx', 0o600)
    const sink: ZipSink = {
      async write(bytes, at) {
        await file.write(bytes, 0, bytes.length, at)
      },
      async close(isWhole) {
        if (isWhole) await file.sync()
        await file.close()
      },
    }
    return new ZipWriter(sink, at)
  }

  static into(sink: ZipSink, at: Date): ZipWriter {
    return new ZipWriter(sink, at)
  }

  async add(
    name: string,
    content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<void> {
    const offset = this.#at
    let crc = 0
    let size = 0
    // The header comes first and knows the sizes: room is left, and filled in at the end.
    this.#at += LOCAL_BYTES + Buffer.byteLength(name)
    const deflate = createDeflateRaw()
    const feed = (async () => {
      for await (const chunk of content) {
        crc = crc32(chunk, crc)
        size += chunk.length
        if (!deflate.write(chunk)) await new Promise((resolve) => deflate.once('drain', resolve))
      }
      deflate.end()
    })()
    feed.catch((thrown: unknown) => deflate.destroy(thrown as Error))
    let packed = 0
    for await (const chunk of deflate as AsyncIterable<Buffer>) {
      await this.#write(chunk)
      packed += chunk.length
    }
    await feed
    const entry = { name, crc, packed, size, offset }
    this.#entries.push(entry)
    const end = this.#at
    this.#at = offset
    await this.#write(Buffer.concat([localHeader(entry, this.#when), Buffer.from(name)]))
    this.#at = end
    if (Math.max(end, size) > LARGEST) {
      throw new AppError('pack', 'the pack would be larger than 4 GB; narrow the criteria')
    }
  }

  async finish(): Promise<void> {
    const start = this.#at
    for (const entry of this.#entries) {
      await this.#write(Buffer.concat([centralHeader(entry, this.#when), Buffer.from(entry.name)]))
    }
    await this.#write(endRecord(this.#entries.length, this.#at - start, start))
    await this.#sink.close(true)
  }

  async abandon(): Promise<void> {
    await this.#sink.close(false).catch(() => {})
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#sink.write(bytes, this.#at)
    this.#at += bytes.length
  }
}

function localHeader(entry: Entry, when: Buffer): Buffer {
  const header = Buffer.alloc(LOCAL_BYTES)
  header.writeUInt32LE(LOCAL_HEADER, 0)
  header.writeUInt16LE(VERSION, 4)
  writeShared(header, 6, entry, when)
  return header
}

function centralHeader(entry: Entry, when: Buffer): Buffer {
  const header = Buffer.alloc(CENTRAL_BYTES)
  header.writeUInt32LE(CENTRAL_HEADER, 0)
  header.writeUInt16LE(VERSION, 4)
  header.writeUInt16LE(VERSION, 6)
  writeShared(header, 8, entry, when)
  header.writeUInt32LE(entry.offset, 42)
  return header
}

/** What the local and the central header say alike: flags, method, time, CRC, sizes, name's length. */
function writeShared(header: Buffer, at: number, entry: Entry, when: Buffer): void {
  header.writeUInt16LE(UTF8_NAMES, at)
  header.writeUInt16LE(DEFLATED, at + 2)
  when.copy(header, at + 4)
  header.writeUInt32LE(entry.crc, at + 8)
  header.writeUInt32LE(entry.packed, at + 12)
  header.writeUInt32LE(entry.size, at + 16)
  header.writeUInt16LE(Buffer.byteLength(entry.name), at + 20)
}

function endRecord(entries: number, bytes: number, offset: number): Buffer {
  const record = Buffer.alloc(END_BYTES)
  record.writeUInt32LE(END_RECORD, 0)
  record.writeUInt16LE(entries, 8)
  record.writeUInt16LE(entries, 10)
  record.writeUInt32LE(bytes, 12)
  record.writeUInt32LE(offset, 16)
  return record
}

/** UTC, in the two-second steps of MS-DOS. */
function dosTime(at: Date): Buffer {
  const when = Buffer.alloc(4)
  when.writeUInt16LE(
    (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1),
    0,
  )
  when.writeUInt16LE(
    ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate(),
    2,
  )
  return when
}

/** A file inside an archive that `listZip` found. */
export interface ZipEntry extends Entry {
  /** What must stand before its content: the two headers could say different things. */
  readonly header: Buffer
}

/** What is in an archive of ours; throws a sentence when it is none. */
export async function listZip(path: string): Promise<readonly ZipEntry[]> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const end = await readAt(file, size - END_BYTES, END_BYTES)
    const [count, bytes, start] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16)]
    const tooMany = count > MOST_ENTRIES || bytes > MOST_CENTRAL_BYTES
    // To the byte, here and below: nothing in a file that is called whole may be anyone else's.
    const known = end.equals(endRecord(count, bytes, start))
    if (tooMany || !known || start + bytes !== size - END_BYTES) throw notOurs(path)
    return readCentral(await readAt(file, start, bytes), count, start)
  } catch (thrown) {
    throw thrown instanceof RangeError ? notOurs(path) : thrown
  } finally {
    await file.close()
  }
}

function readCentral(central: Buffer, count: number, start: number): readonly ZipEntry[] {
  const entries: ZipEntry[] = []
  let at = 0
  // Each file follows the one before without a gap: nothing can hide between them.
  let expected = 0
  for (let i = 0; i < count; i += 1) {
    const nameBytes = central.readUInt16LE(at + 28)
    const name = central.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes)
    const found = {
      name,
      crc: central.readUInt32LE(at + 16),
      packed: central.readUInt32LE(at + 20),
      size: central.readUInt32LE(at + 24),
      offset: central.readUInt32LE(at + 42),
    }
    const when = central.subarray(at + 12, at + 16)
    const entry = { ...found, header: Buffer.concat([localHeader(found, when), Buffer.from(name)]) }
    const right =
      central.subarray(at, at + CENTRAL_BYTES).equals(centralHeader(found, when)) &&
      entry.offset === expected &&
      entries.every(({ name }) => name !== entry.name)
    if (!right) throw new RangeError('not an archive of ours')
    entries.push(entry)
    at += CENTRAL_BYTES + nameBytes
    expected += LOCAL_BYTES + nameBytes + entry.packed
  }
  if (at !== central.length || expected !== start) throw new RangeError('not an archive of ours')
  return entries
}

/** The content of one file, unpacked; throws when it is not what its entry says. */
export async function* readZipEntry(path: string, entry: ZipEntry): AsyncGenerator<Buffer> {
  const start = entry.offset + entry.header.length
  if (entry.packed === 0 || !(await headerFits(path, entry))) throw damaged(entry)
  const packed = createReadStream(path, { start, end: start + entry.packed - 1 })
  const inflate = createInflateRaw()
  packed.on('error', (thrown) => inflate.destroy(thrown))
  let crc = 0
  let size = 0
  try {
    for await (const chunk of packed.pipe(inflate) as AsyncIterable<Buffer>) {
      crc = crc32(chunk, crc)
      size += chunk.length
      if (size > entry.size) throw damaged(entry)
      yield chunk
    }
  } catch {
    throw damaged(entry)
  } finally {
    packed.destroy()
  }
  // Behind the end of what was packed, bytes could hide that no checksum covers.
  const whole = inflate.bytesWritten === entry.packed
  if (!whole || crc !== entry.crc || size !== entry.size) throw damaged(entry)
}

async function headerFits(path: string, entry: ZipEntry): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    return (await readAt(file, entry.offset, entry.header.length)).equals(entry.header)
  } finally {
    await file.close()
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  if (position < 0) throw new RangeError('shorter than an archive')
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead < length) throw new RangeError('shorter than it says')
  return buffer
}

function notOurs(path: string): AppError {
  return new AppError('pack', `${path} is not a pack, or not whole`)
}

function damaged(entry: ZipEntry): AppError {
  return new AppError('pack-entry', `${entry.name} in the pack is damaged`)
}
