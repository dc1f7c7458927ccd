import { expect, test } from 'vitest'
import { plainUpstream } from '#core/dns-upstream.ts'
import { createMetrics } from '#core/metrics.ts'
import { checkUpstream } from './check-upstream.ts'
import { listenDot } from './listen-dot.ts'
import { createDnsMetrics } from './metrics.ts'
import { testCertificate } from './testing/certificate.ts'
import { answerTo, startUpstream } from './testing/scripted-upstream.ts'

test('an upstream is well when it answers, also that there is no such name', async () => {
  for (const flags of [0x8180, 0x8183]) {
    await using server = await startUpstream({
      udp: (query) => [{ bytes: answerTo(query, { flags }) }],
    })
    expect(await checkUpstream(plainUpstream(server.address), 'www.example.org')).toBeNull()
  }
})

test('else it is said what is in the way', async () => {
  await using server = await startUpstream({
    udp: (query) => [{ bytes: answerTo(query, { flags: 0x8185 }) }],
  })
  expect(await checkUpstream(plainUpstream(server.address), 'www.example.org')).toMatch(/refuses/)
  const { certificate } = await testCertificate()
  const metrics = createDnsMetrics(createMetrics())
  const listener = await listenDot(
    { handle: (bytes, _source, _via, respond, to) => respond(answerTo(Buffer.from(bytes)), to) },
    { host: '127.0.0.1', port: 0 },
    certificate,
    metrics,
  )
  const address = {
    ...plainUpstream({ host: '127.0.0.1', port: listener.port }),
    over: 'tls',
  } as const
  expect(await checkUpstream(address, 'www.example.org')).toMatch(/certificate .* 127\.0\.0\.1/)
  await listener.close()
  expect(await checkUpstream(address, 'www.example.org')).toMatch(/no way/)
})
