import { describe, expect, test } from 'vitest'
import { signRequest } from '../authenticator.ts'
import { CODE } from '../dictionary.ts'
import { MESSAGE_AUTHENTICATOR_AT, encodeRequest } from '../reply.ts'
import { sharedSecret } from '../shared-secret.ts'
import { encodeDynamicRequest, readDynamicReply } from './dynamic-request.ts'

const SECRET = sharedSecret('testing123')

describe('a Disconnect-Request', () => {
  test('is signed as the one in the capture of others', () => {
    // test/vectors/radius/rfc5176.txt
    const bytes = encodeRequest(CODE['Disconnect-Request'], [], true)
    bytes[1] = 1
    signRequest(bytes, MESSAGE_AUTHENTICATOR_AT, SECRET)
    expect(Buffer.from(bytes).toString('hex')).toBe(
      '28010026e1792d2b4ab349f1a4c0fcc733d091c1501258513d662847e5f8734a30dbdac8e4af',
    )
  })

  test('has the time in seconds, last', () => {
    const asked = { code: CODE['Disconnect-Request'], attributes: [] }
    const bytes = encodeDynamicRequest(asked, 7, SECRET, () => 1_785_000_000_900)
    expect(Buffer.from(bytes.subarray(-6)).toString('hex')).toBe('37066a64f040')
    expect(bytes[1]).toBe(7)
  })

  test('is not answered by a packet of another kind, or by none', () => {
    const asked = { code: CODE['Disconnect-Request'], attributes: [] }
    const request = encodeDynamicRequest(asked, 7, SECRET, Date.now)
    for (const code of [CODE['Access-Accept'], CODE['CoA-ACK'], CODE['Disconnect-Request']]) {
      const reply = encodeRequest(code, [], false)
      reply[1] = 7
      expect(readDynamicReply(reply, request, SECRET)).toBeNull()
    }
    expect(readDynamicReply(new Uint8Array(3), request, SECRET)).toBeNull()
  })
})
