import { expect, test } from 'vitest'
import { ntHash } from '#core/nt-hash.ts'
import { authenticatorResponse, challengeHash, mppeKeys, ntResponse } from './ms-chap.ts'

// RFC 2759 §9.2 and RFC 3079 §3.5.3.
const AUTHENTICATOR = Buffer.from('5B5D7C7D7B3F2F3E3C2C602132262628', 'hex')
const PEER = Buffer.from('21402324255E262A28295F2B3A337C7E', 'hex')
const HASH = ntHash('clientPass')
const CHALLENGE = challengeHash(PEER, AUTHENTICATOR, Buffer.from('User'))
const RESPONSE = ntResponse(CHALLENGE, HASH)

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex').toUpperCase()
}

test('the vectors of RFC 2759 come out', () => {
  expect(hex(CHALLENGE)).toBe('D02E4386BCE91226')
  expect(hex(RESPONSE)).toBe('82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF')
  expect(authenticatorResponse(HASH, RESPONSE, CHALLENGE)).toBe(
    'S=407A5589115FD0D6209F510FE9C04566932CDA56',
  )
})

test('the keys of RFC 3079 come out', () => {
  const { send, receive } = mppeKeys(HASH, RESPONSE)
  expect(hex(send)).toBe('8B7CDC149B993A1BA118CB153F56DCCB')
  expect(hex(receive)).toBe('D5F0E9521E3EA9589645E86051C82226')
})

test('a domain in front of the name is not part of the challenge', () => {
  const withDomain = challengeHash(PEER, AUTHENTICATOR, Buffer.from(String.raw`RDC\User`))
  expect(hex(withDomain)).toBe(hex(CHALLENGE))
})
