import assert from 'node:assert/strict'
import { join } from 'node:path'
import { eapolTest } from '../support/peers/eapol-test.ts'
import { eventually, must } from '../support/peers/process.ts'
import { radclient } from '../support/peers/radclient.ts'
import type { Scenario } from './scenario.ts'

const PHONE = '02:00:5e:77:00:01'
const UNHEARD = '02:00:5e:77:00:02'

interface Told {
  readonly outcome: string
  readonly reason: string | null
  readonly tlsAlert: string | null
}

/** What `radius explain` and the API tell of logins by wpa_supplicant's EAP peer. */
export async function explain(scenario: Scenario): Promise<void> {
  const { product, folder, test } = scenario
  const caFile = join(product.dataDir, 'eap-ca.pem')
  const logIn = (password: string, ca = caFile): ReturnType<typeof eapolTest> =>
    eapolTest({
      ...{ folder, port: product.ports.radius, secret: 'testing123', identity: 'bob' },
      ...{ password, caFile: ca, tls: '1.3', arguments: ['-M', PHONE] },
    })
  const ask = async (...words: readonly string[]): Promise<string> => {
    const done = await product.command('radius', 'explain', ...words, '--reason', 'a test')
    assert.equal(done.code, 0, done.stderr)
    return done.stdout
  }
  const told = async (): Promise<readonly Told[]> =>
    (await ask('--mac', PHONE, '--json'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Told)
  /** A login is written within a second or two. */
  const toldOf = async (logins: number): Promise<readonly Told[]> => {
    await eventually('the logins are told', async () => (await told()).length >= logins)
    return told()
  }

  await test('a wrong password and then the right one are told, newest first', async () => {
    assert.equal((await logIn('goodbye')).success, false)
    assert.equal((await logIn('hello')).success, true)
    const logins = await toldOf(2)
    assert.deepEqual(
      logins.map(({ outcome, reason }) => [outcome, reason]),
      [
        ['accept', null],
        ['reject', 'wrong-password'],
      ],
    )
    const text = await ask('--user', 'bob', '--mac', PHONE)
    assert.match(text, /bob with the device 02:00:5e:77:00:01 was let in to the staff network/)
    assert.match(
      text,
      /EAP-TTLS; inside it PAP; TLSv1\.3, TLS_[A-Z0-9_]+, full handshake; \d+ rounds/,
    )
    assert.match(text, /was refused: the password is wrong \(wrong-password\)/)
    assert.match(text, /What to do: Was it changed lately\?/)
    assert.doesNotMatch(text + JSON.stringify(logins), /goodbye|hello|testing123/)
  })

  await test('a device that pins another CA is told with what it said against ours', async () => {
    const other = folder.fresh('explain-ca.pem')
    const key = folder.fresh('explain-ca.key')
    const make = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other'
    await must(['openssl', ...make.split(' '), '-keyout', key, '-out', other])
    assert.equal((await logIn('hello', other)).success, false)
    const [latest] = await toldOf(3)
    assert.deepEqual([latest?.reason, latest?.tlsAlert], ['eap-tls', 'unknown ca'])
  })

  await test('of a gateway with another secret it is told that its packets are not its own', async () => {
    await radclient({
      ...{ port: product.ports.radius, kind: 'auth', secret: 'not-the-secret', waitSeconds: 1 },
      attributes: ['User-Name = "bob"', 'User-Password = "x"', 'Message-Authenticator = 0x00'],
    })
    let text = ''
    await eventually('it is told', async () => {
      text = await ask('--mac', UNHEARD, '--site', '75-0042')
      return text.includes('signed wrongly or not at all')
    })
    assert.match(text, /No login fits/)
    assert.match(text, /The last login through gw-0042 \(75-0042\) was at 2\d{3}-/)
  })

  await overTheApi(scenario)
}

async function overTheApi({ product, test }: Scenario): Promise<void> {
  const address = `${product.portalUrl}/api/v1/radius/logins?mac=${PHONE}&reason=a+test`
  const get = (token: string): Promise<Response> =>
    fetch(address, { headers: { Authorization: `Bearer ${token}` } })

  await test('the API tells the same to who shows a token, until it is revoked', async () => {
    const words = '--name interop --actor account:ada --scope radius.explain --association 75'
    const made = await product.command('tokens', 'create', ...words.split(' '))
    assert.equal(made.code, 0, made.stderr)
    const token = made.stdout.trim()
    assert.match(token, /^accueil_[\w-]{43}$/)
    const response = await get(token)
    assert.equal(response.status, 200)
    const { logins } = (await response.json()) as { readonly logins: readonly Told[] }
    assert.deepEqual(
      logins.map(({ reason }) => reason),
      ['eap-tls', null, 'wrong-password'],
    )
    assert.match(
      (await product.command('tokens', 'list')).stdout,
      /^interop {2}in force.*last used/m,
    )
    assert.equal((await product.command('tokens', 'revoke', 'interop')).code, 0)
    const refused = await get(token)
    assert.equal(refused.status, 401)
    assert.equal(refused.headers.get('Content-Type'), 'application/problem+json')
  })
}
