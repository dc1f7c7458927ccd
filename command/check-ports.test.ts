import { createServer } from 'node:http'
import { once } from 'node:events'
import { createSocket } from 'node:dgram'
import { expect, test } from 'vitest'
import { readConfig } from '#core/config.ts'
import type { Config } from '#core/config.ts'
import { freePort } from '../test/support/peers/free-ports.ts'
import { checkPorts } from './check-ports.ts'
import { ALIVE } from './operator-server.ts'

const HOST = '127.0.0.1'

async function freeConfig(): Promise<Config> {
  const names = ['HTTP', 'METRICS', 'RADIUS', 'RADIUS_ACCT', 'RADSEC', 'DNS']
  const env: Record<string, string> = {}
  for (const name of names) env[`ACCUEIL_${name}_LISTEN`] = `${HOST}:${await freePort()}`
  const outcome = readConfig({
    ...env,
    ACCUEIL_MASTER_KEY: '0'.repeat(64),
    ACCUEIL_PUBLIC_URL: 'http://127.0.0.1',
  })
  if (!('config' in outcome)) throw new Error(JSON.stringify(outcome))
  return outcome.config
}

test('free ports are well', async () => {
  const findings = await checkPorts(await freeConfig())
  expect(findings.length).toBe(7)
  for (const finding of findings) expect(finding).toEqual({ what: finding.what })
})

test('a port that a stranger has is named', async () => {
  const config = await freeConfig()
  const stranger = createSocket('udp4').bind(config.dns.port, HOST)
  await once(stranger, 'listening')
  const wrong = (await checkPorts(config)).filter(({ wrong: sentence }) => sentence !== undefined)
  stranger.close()
  expect(wrong.map(({ what }) => what)).toEqual([`port of DNS, ${HOST}:${config.dns.port}`])
})

test('ports of an Accueil that is starting are left alone until it has them', async () => {
  const config = await freeConfig()
  const dns = createSocket('udp4')
  const asked: string[] = []
  const starting = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (asked.length < 3) return void response.end(ALIVE.starting)
    dns.bind(config.dns.port, HOST, () => response.end(ALIVE.up))
  }).listen(config.metrics.port, HOST)
  await once(starting, 'listening')
  const findings = await checkPorts(config)
  starting.close()
  dns.close()
  expect(asked).toEqual(['/healthz', '/healthz', '/healthz'])
  expect(findings).toContainEqual({
    what: `port of DNS, ${HOST}:${config.dns.port} (used by the Accueil that runs here)`,
  })
})
