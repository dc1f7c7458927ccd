import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { totpCode, totpStep } from '../../core/totp.ts'
import type { PlainBrowser } from '../support/peers/browser.ts'
import type { EapolTest } from '../support/peers/eapol-test.ts'
import type { RadiusRelay } from '../support/peers/radius-relay.ts'
import { must } from '../support/peers/process.ts'
import type { ReadProfile } from '../support/peers/profile-readers.ts'

/** What scenarios share in which a person enrols a device. */
const MOST_TRIES = 20

/** The first sign-in of an account of the house: its password, then the second factor that the page gives it. */
export async function signIn(browser: PlainBrowser, url: string): Promise<void> {
  const page = await browser.open(`${url}/staff/devices`)
  const credentials = { account: 'carol', password: 'carols-own-password' }
  const factor = await browser.submit(page, '/staff/sign-in', credentials)
  const key = /class="code key">([A-Z2-7 ]+)</.exec(factor.body)?.[1]?.replaceAll(' ', '') ?? ''
  const bits = Array.from(key, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('')
  const secret = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const code = totpCode(secret, totpStep(Date.now()))
  const codes = await browser.submit(factor, '/staff/sign-in/second-factor', { code })
  assert.equal(codes.status, 200, codes.body)
}

export async function revoke(browser: PlainBrowser, url: string, id: string): Promise<void> {
  const page = await browser.open(`${url}/staff/devices/${id}`)
  const done = await browser.submit(page, `/staff/devices/${id}/revoke`, { reason: 'lost' })
  assert.match(done.url, /done=revoked/)
}

export async function idOf({ certificate }: ReadProfile): Promise<string> {
  const stdout = await must(['openssl', 'x509', '-noout', '-subject', '-in', certificate])
  return /CN ?= ?(\S+)/.exec(stdout)?.[1] ?? ''
}

/** What every process hears by notification is true a moment later. */
export async function soon<T>(body: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    try {
      return await body()
    } catch {
      await sleep(500)
    }
  }
  return body()
}

/** When the relay has carried an accept; a login that ends before it was not let in. */
export async function acceptedOf(relay: RadiusRelay, login: Promise<EapolTest>): Promise<void> {
  const ended = login.then((whole) => {
    throw new Error(`not let in\n${tailOf(whole)}`)
  })
  await Promise.race([relay.accepted, ended])
}

export function letIn(done: EapolTest): void {
  const { success, keysMatch } = done
  assert.deepEqual({ success, keysMatch }, { success: true, keysMatch: true }, tailOf(done))
}

export function refused(done: EapolTest, acceptsBefore: number): void {
  assert.equal(done.success, false, tailOf(done))
  const accepts = done.output.match(/code=2 \(Access-Accept\)/g) ?? []
  assert.equal(accepts.length, acceptsBefore, tailOf(done))
}

function tailOf({ output }: EapolTest): string {
  return output.split('\n').slice(-25).join('\n')
}
