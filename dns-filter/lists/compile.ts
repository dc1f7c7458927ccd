import { reasonOf } from '#core/error.ts'
import { packBlob } from './blob.ts'
import { createBlobBuilder } from './build-blob.ts'
import { ListReader } from './list-reader.ts'
import type { ListReport } from './list-reader.ts'

export interface ListText {
  readonly name: string
  readonly sha256: string
  /** UTF-8; asked for when its turn comes, so that one text at a time is in memory. */
  readonly read: () => Uint8Array
}

export interface Compiled {
  /** To be written one after the other. */
  readonly parts: readonly Uint8Array[]
  readonly reports: readonly { readonly list: string; readonly report: ListReport }[]
  readonly failures: readonly { readonly list: string; readonly reason: string }[]
}

/** All lists in one go: for a thread that has nothing else to do. A list that cannot be read is left out. */
export function compileLists(lists: readonly ListText[]): Compiled {
  const builder = createBlobBuilder()
  const reports: { list: string; report: ListReport }[] = []
  const failures: { list: string; reason: string }[] = []
  for (const list of lists) {
    const { name } = list
    let text: Uint8Array
    try {
      text = list.read()
    } catch (thrown) {
      const reason = reasonOf(thrown)
      builder.fail(list, reason)
      failures.push({ list: name, reason })
      continue
    }
    builder.begin(list)
    const reader = new ListReader(text, builder.add)
    while (reader.read(Infinity));
    reports.push({ list: name, report: reader.report() })
  }
  return { parts: packBlob(builder.finish()), reports, failures }
}
