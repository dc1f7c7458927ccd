import { LIST_KEY_ALGORITHMS } from '#db/list-keys.ts'
import type { ListKey } from '#db/list-keys.ts'

/** A key as `tsig-keygen` prints it; else the end of a sentence that begins with the file. */
export function readTsigKey(text: string): ListKey | string {
  const name = /\bkey\s+"?([a-z0-9._-]{1,253}?)\.?"?\s*\{/i.exec(text)?.[1]
  const said = /\balgorithm\s+"?([a-z0-9.-]+?)\.?"?\s*;/i.exec(text)?.[1]
  const secret = /\bsecret\s+"?([a-z0-9+/=]+)"?\s*;/i.exec(text)?.[1]
  if (name === undefined || said === undefined || secret === undefined) {
    return 'is not a key as tsig-keygen prints it: key "name" { algorithm …; secret "…"; };'
  }
  const algorithm = LIST_KEY_ALGORITHMS.find((one) => one === said.toLowerCase())
  if (algorithm === undefined)
    return `has an algorithm other than ${LIST_KEY_ALGORITHMS.join(', ')}`
  return { name: name.toLowerCase(), algorithm, secret: Buffer.from(secret, 'base64') }
}
