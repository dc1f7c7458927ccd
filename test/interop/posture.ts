import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { SigningRule } from '#db/gateways.ts'
import { eventually } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import { radclient } from '../support/peers/radclient.ts'
import type { Scenario } from './scenario.ts'

const SECRET = 'testing123'
const SIGNATURE = 'Message-Authenticator = 0x00'
/** As many signed requests as it takes to be learned, and some. */
const ENOUGH = 60
/** Seconds, for an answer that comes and for one that must not. */
const WAIT = 5
const QUIET = 1

/** Debian's radclient as a gateway with an old firmware, with a new one, and as an old proxy. */
export async function posture({ upstream, folder, test }: Scenario): Promise<void> {
  await using product = await createProduct(folder, { upstream })
  const file = `${folder.fresh('posture')}.yaml`
  const declare = async (rule?: SigningRule): Promise<void> => {
    writeFileSync(file, houseWith(rule))
    const applied = await product.command('apply', file)
    assert.equal(applied.code, 0, applied.stdout + applied.stderr)
  }
  const login = async (
    attributes: readonly string[],
    waitSeconds = WAIT,
    times = 1,
  ): Promise<string | null> => {
    const { reply } = await radclient({
      ...{ port: product.ports.radius, kind: 'auth', secret: SECRET, waitSeconds, times },
      attributes: ['User-Name = "bob"', 'User-Password = "hello"', ...attributes],
    })
    return reply
  }
  const becomes = async (attributes: readonly string[], reply: string | null): Promise<void> => {
    const gets = async (): Promise<boolean> =>
      (await login(attributes, reply === null ? QUIET : WAIT)) === reply
    await eventually(
      () => `radclient with ${attributes.join(', ')} gets ${reply}`,
      // Silence twice in a row: one answer may be late.
      async () => (await gets()) && (reply !== null || (await gets())),
    )
  }

  await product.start()
  await declare()
  await test('a new gateway is answered when it signs, and not when it does not', async () => {
    await becomes([SIGNATURE], 'Access-Accept')
    assert.equal(await login([], QUIET), null)
    assert.equal(await login(['Proxy-State = 0x01'], QUIET), null)
  })
  await test('doctor says that it was refused, and how to help it', async () => {
    await product.stop()
    await product.start()
    const { stdout } = await product.command('doctor')
    assert.match(stdout, /note .*gw-posture were refused without it: update them, or relax/)
  })
  await test('with the rule auto it may do without, but not as a proxy', async () => {
    await declare('auto')
    await becomes([], 'Access-Accept')
    assert.equal(await login(['Proxy-State = 0x01'], QUIET), null)
    assert.equal(await login(['Proxy-State = 0x01', SIGNATURE]), 'Access-Accept')
  })
  await test('once it has signed for a while it must, also after a crash', async () => {
    assert.equal(await login([SIGNATURE], WAIT, ENOUGH), 'Access-Accept')
    await becomes([], null)
    assert.match(product.running().output(), /"gateway":"gw-posture".*"radius\.gateway\.signs"/)
    await product.stop('SIGKILL')
    await product.start()
    assert.equal(await login([], QUIET), null)
    assert.equal(await login([SIGNATURE]), 'Access-Accept')
  })
  await test('radius gateways shows it, and lets it go back to an older firmware', async () => {
    const shown = await product.command('radius', 'gateways')
    assert.match(shown.stdout, /^gw-posture .*\budp\b.*\bsometimes\b.*\bsince \S+ \(auto\)/m)
    const [json = ''] = (await product.command('radius', 'gateways', '--json')).stdout.split('\n')
    assert.equal((JSON.parse(json) as { signs: string }).signs, 'sometimes')
    const forget = ['radius', 'gateways', '--forget', 'gw-posture', '--reason', 'older firmware']
    assert.equal((await product.command(...forget)).code, 0)
    await becomes([], 'Access-Accept')
    assert.equal((await product.command(...forget)).code, 1)
  })
  await test('with the rule trusted an old proxy is answered, and with optional it is not', async () => {
    await declare('trusted')
    await becomes(['Proxy-State = 0x01'], 'Access-Accept')
    await declare('optional')
    await becomes(['Proxy-State = 0x01'], null)
    assert.equal(await login([]), 'Access-Accept')
  })
}

function houseWith(rule: SigningRule | undefined): string {
  const how = rule === undefined ? '' : `, message_authenticator: ${rule}`
  return `version: 1
organisation: { name: Maison des Repas, contact: wifi@example.org }
associations: [{ code: '75', name: Paris }]
sites:
  - code: '75-0050'
    name: Centre Nation
    association: '75'
    networks: { staff: { subnets: [] } }
    gateways:
      - { name: gw-posture, address: 127.0.0.1/32, secret: ${SECRET}, kind: generic${how} }
accounts: [{ username: bob, password: hello }]
`
}
