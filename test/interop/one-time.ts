import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { entryPath } from '../../db/gateway-entry.ts'
import { readForm } from '../support/peers/guest.ts'
import {
  ATTRIBUTE,
  CODE,
  accessRequest,
  attribute,
  isReplyTo,
} from '../support/peers/radius-packet.ts'
import { exchange } from '../support/peers/udp.ts'
import type { Scenario } from './scenario.ts'

const CHILLI = { name: 'gw-0046', secret: 's3cret-of-0046', address: '127.0.0.46' }
const UAM_SECRET = 's3cret-of-uam'
const CHALLENGE = '0123456789abcdef0123456789abcdef'
const MIKROTIK = { name: 'gw-0047', secret: 's3cret-of-0047', address: '127.0.0.47' }
const OCTAL = Array.from({ length: 16 }, (_, i) => `\\${(i + 1).toString(8).padStart(3, '0')}`)

const [CHAP_PASSWORD, CHAP_CHALLENGE] = [3, 60]

/**
 * Gateways that want a password: a page, an acceptance, and what the gateway would then ask RADIUS, asked from
 * its address. Not by radclient: it takes one in ten CHAP-Passwords for clear text and digests them again.
 */
export async function oneTime({ product, test }: Scenario): Promise<void> {
  const origin = product.portalUrl
  let identifier = 0
  /** Reads the terms, accepts, and says where the phone is sent. */
  const accept = async (link: string): Promise<URL> => {
    const page = await fetch(link)
    assert.equal(page.status, 200)
    const { action, fields } = readForm(await page.text())
    const to = new URL(action, origin)
    const answer = await fetch(to, { method: 'POST', body: fields, redirect: 'manual' })
    return new URL(answer.headers.get('Location') ?? '', origin)
  }
  const login = async (
    gateway: typeof CHILLI,
    mac: string,
    name: string,
    proof: { readonly password: string; readonly challenge: string },
  ): Promise<number | undefined> => {
    identifier += 1
    const { secret, address } = gateway
    const attributes = [
      attribute(ATTRIBUTE.userName, name),
      attribute(ATTRIBUTE.callingStationId, mac),
      attribute(CHAP_PASSWORD, Buffer.from(proof.password, 'hex')),
      attribute(CHAP_CHALLENGE, Buffer.from(proof.challenge, 'hex')),
    ]
    const request = accessRequest({ identifier, secret, attributes })
    const [reply] = await exchange(product.ports.radius, [request], 5_000, address)
    assert.ok(reply !== undefined && isReplyTo(reply, request, secret))
    return reply[0]
  }
  const md5 = (...parts: readonly (string | Uint8Array)[]): Buffer => {
    const hash = createHash('md5')
    for (const part of parts) hash.update(part)
    return hash.digest()
  }

  await test('CoovaChilli’s CHAP is accepted once, for its device', async () => {
    const mac = '02-AC-C0-E1-46-01'
    const address = `${new URL(entryPath(CHILLI), origin).href}?res=notyet&uamip=192.168.84.1&uamport=3990&challenge=${CHALLENGE}&called=AA-BB-CC-DD-EE-FF&mac=${mac}&ip=192.168.84.9&nasid=gw`
    const opening = await accept(`${address}&md=${md5(address, UAM_SECRET).toString('hex')}`)
    assert.equal(opening.host, '192.168.84.1:3990')
    const name = opening.searchParams.get('username') ?? ''
    const secretly = md5(Buffer.from(CHALLENGE, 'hex'), UAM_SECRET).toString('hex')
    const password = `00${opening.searchParams.get('response')}`
    const proof = { password, challenge: secretly }
    assert.equal(await login(CHILLI, '02-AC-C0-E1-46-99', name, proof), CODE.accessReject)
    assert.equal(await login(CHILLI, mac, name, proof), CODE.accessAccept)
    assert.equal(await login(CHILLI, mac, name, proof), CODE.accessReject)
  })
  await test('MikroTik’s CHAP, with a challenge in octal, too', async () => {
    const mac = '02:AC:C0:E1:47:01'
    const query = new URLSearchParams({
      mac,
      ip: '192.168.84.10',
      'link-login-only': 'http://192.168.84.1/login',
      'chap-id': '\\371',
      'chap-challenge': OCTAL.join(''),
    })
    const link = new URL(`${entryPath(MIKROTIK)}?${query.toString()}`, origin)
    const opening = await accept(link.href)
    assert.equal(opening.origin, 'http://192.168.84.1')
    const proof = {
      password: `f9${opening.searchParams.get('password')}`,
      challenge: Buffer.from(Array.from({ length: 16 }, (_, i) => i + 1)).toString('hex'),
    }
    const name = opening.searchParams.get('username') ?? ''
    assert.equal(await login(MIKROTIK, mac, name, proof), CODE.accessAccept)
    assert.equal(await login(MIKROTIK, mac, name, proof), CODE.accessReject)
  })
}
