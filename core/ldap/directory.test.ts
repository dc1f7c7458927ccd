import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { DIRECTORY_LIMITS } from './limits.ts'
import { parseLoginName } from './login-name.ts'
import { testDirectory } from './testing/directory.ts'
import { onePerson, result, searchEntry, startScriptedServer } from './testing/scripted-server.ts'
import type { Asked } from './testing/scripted-server.ts'

const ALICE = onePerson({ uid: 'alice', password: 'wonderland' })
const REFUSED = 'ldap://127.0.0.1:1'

describe('what is never asked', () => {
  test.each([
    ['alice', '', 'empty-password'],
    // A server that ends texts at NUL would take this for an empty password, and an anonymous bind.
    ['alice', '\0wonderland', 'wrong-password'],
    ['alice\0', 'wonderland', 'bad-user-name'],
    ['', 'wonderland', 'bad-user-name'],
    ['x'.repeat(200), 'wonderland', 'bad-user-name'],
  ])(
    '%j with password %j is refused as %s, and no server hears of it',
    async (name, password, reason) => {
      await using server = await startScriptedServer(ALICE)
      using one = testDirectory([server.url])
      expect(await one.login(name, password)).toEqual({ ok: false, reason })
      expect(server.connections).toBe(0)
    },
  )

  test('an entry without a name is not bound as: that would be anonymous, and succeed', async () => {
    await using server = await startScriptedServer((asked, socket) => {
      if (asked.kind === 'search') socket.write(searchEntry(asked, '', { uid: ['alice'] }))
      socket.write(result(asked, 0))
    })
    using one = testDirectory([server.url])
    expect(await one.login('alice', 'x')).toEqual({ ok: false, reason: 'unknown-account' })
    expect(server.asked.filter(({ kind }) => kind === 'bind')).toHaveLength(1)
  })

  test('no password goes anywhere when two people have the name', async () => {
    await using server = await startScriptedServer((asked, socket) => {
      if (asked.kind === 'search') {
        socket.write(searchEntry(asked, 'uid=alice,ou=a,dc=test', { uid: ['alice'] }))
        socket.write(searchEntry(asked, 'uid=alice,ou=b,dc=test', { uid: ['alice'] }))
      }
      socket.write(result(asked, 0))
    })
    using one = testDirectory([server.url])
    expect(await one.login('alice', 'x')).toEqual({ ok: false, reason: 'ambiguous-account' })
    expect(server.asked.filter(({ password }) => password === 'x')).toEqual([])
  })
})

test('where names without a realm belong to others, a person is called with the realm', async () => {
  await using server = await startScriptedServer(ALICE)
  using one = testDirectory([server.url], { realms: ['restos.example', 'restos'] })
  expect(await one.login('alice@restos', 'wonderland')).toMatchObject({
    user: { username: 'alice@restos.example' },
  })
})

describe('connections', () => {
  test('are kept, and one that the server closed meanwhile costs nobody a login', async () => {
    const sockets: Socket[] = []
    await using server = await startScriptedServer((asked, socket) => {
      sockets.push(socket)
      ALICE(asked, socket)
    })
    using one = testDirectory([server.url])
    for (let i = 0; i < 5; i += 1) {
      expect(await one.login('alice', 'wonderland')).toMatchObject({ ok: true })
    }
    expect(server.connections).toBe(2)
    for (const socket of sockets) socket.destroy()
    expect(await one.login('alice', 'wonderland')).toMatchObject({ ok: true })
    expect(one.directory.servers[0]?.state).toBe('closed')
  })

  test('that the server closes as the question comes are opened again, once', async () => {
    let isClosing = false
    await using server = await startScriptedServer((asked, socket) => {
      if (isClosing && asked.kind === 'search') {
        isClosing = false
        socket.destroy()
      } else ALICE(asked, socket)
    })
    using one = testDirectory([server.url])
    await one.login('alice', 'wonderland')
    isClosing = true
    expect(await one.login('alice', 'wonderland')).toMatchObject({ ok: true })
  })

  test('an answer that never ends is cut off at its limit', async () => {
    const lump = 'x'.repeat(100_000)
    await using server = await startScriptedServer((asked, socket) => {
      if (asked.kind !== 'search') return void socket.write(result(asked, 0))
      const more = (): void => {
        while (!socket.destroyed && socket.write(searchEntry(asked, 'uid=a', { uid: [lump] })));
        if (!socket.destroyed) socket.once('drain', more)
      }
      more()
    })
    using one = testDirectory([server.url])
    expect(await one.login('alice', 'x')).toEqual({ ok: false, reason: 'directory-unavailable' })
  })

  test('an answer that is no LDAP is no answer', async () => {
    await using server = await startScriptedServer((_, socket) => {
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    })
    using one = testDirectory([server.url])
    expect(await one.login('alice', 'x')).toEqual({ ok: false, reason: 'directory-unavailable' })
  })
})

describe('several servers', () => {
  test('the next is asked where one is not reached, and after a while only the next', async () => {
    await using server = await startScriptedServer(ALICE)
    using one = testDirectory([REFUSED, server.url])
    for (let i = 0; i < 4; i += 1) {
      expect(await one.login('alice', 'wonderland')).toMatchObject({ ok: true })
    }
    expect(one.directory.servers.map(({ state }) => state)).toEqual(['open', 'closed'])
    expect(one.events).toEqual([
      [
        'directory.server.lost',
        expect.objectContaining({ server: REFUSED, reason: expect.stringMatching(/^not-reached/) }),
      ],
    ])
  })

  test('a wrong password is asked of one of them only: the second would count it again', async () => {
    await using first = await startScriptedServer(ALICE)
    await using second = await startScriptedServer(ALICE)
    using one = testDirectory([first.url, second.url])
    expect(await one.login('alice', 'x')).toEqual({ ok: false, reason: 'wrong-password' })
    expect(second.connections).toBe(0)
  })

  test('that all are away is found out, and found out again when one is back', async () => {
    let now = 0
    let isBusy = true
    await using server = await startScriptedServer((asked, socket) => {
      if (isBusy) socket.write(result(asked, 51))
      else ALICE(asked, socket)
    })
    using one = testDirectory([server.url], {}, () => now)
    const unavailable = { ok: false, reason: 'directory-unavailable' }
    for (let i = 0; i < 4; i += 1) expect(await one.login('alice', 'x')).toEqual(unavailable)
    const heard = server.asked.length
    expect(await one.login('alice', 'x')).toEqual(unavailable)
    expect(server.asked).toHaveLength(heard)
    isBusy = false
    now = 60_000
    expect(await one.login('alice', 'wonderland')).toMatchObject({ ok: true })
    expect(one.events.map(([event]) => event)).toEqual([
      'directory.server.lost',
      'directory.server.recovered',
    ])
  })

  test('a refused service account is an error for a person, and is not tried with each login', async () => {
    await using server = await startScriptedServer((asked, socket) =>
      socket.write(result(asked, 49)),
    )
    using one = testDirectory([server.url])
    for (let i = 0; i < 5; i += 1) {
      expect(await one.login('alice', 'x')).toEqual({ ok: false, reason: 'directory-unavailable' })
    }
    expect(server.asked).toHaveLength(1)
    expect(one.events[0]?.[0]).toBe('directory.service-account.refused')
    expect(JSON.stringify(one.events)).not.toContain('"service"')
  })
})

describe('a directory that hangs', () => {
  test('holds so many logins and no more; the rest are refused at once, and it is late, not for ever', async () => {
    await using server = await startScriptedServer((asked, socket) => {
      if (asked.kind !== 'search') ALICE(asked, socket)
    })
    using one = testDirectory([server.url])
    const logins = Array.from({ length: DIRECTORY_LIMITS.logins }, () =>
      one.login('alice', 'wonderland'),
    )
    expect(await one.login('alice', 'wonderland')).toEqual({ ok: false, reason: 'directory-busy' })
    const verdicts = await Promise.all(logins)
    expect(
      new Set(verdicts.map((verdict) => ('reason' in verdict ? verdict.reason : 'ok'))),
    ).toEqual(new Set(['directory-unavailable']))
    expect(one.directory.loginsUnderWay).toBe(0)
    expect(one.directory.servers[0]?.state).toBe('open')
    expect(await one.metrics.text()).toContain(
      'test_directory_logins_total{outcome="directory-busy"} 1',
    )
  })
})

describe('StartTLS', () => {
  const startTls = (more: (asked: Asked) => Buffer) => (asked: Asked, socket: Socket) =>
    socket.write(asked.kind === 'extended' ? more(asked) : result(asked, 0))

  test('refused, nothing is said in clear', async () => {
    await using server = await startScriptedServer(startTls((asked) => result(asked, 53)))
    using one = testDirectory([server.url], { startTls: true })
    expect(await one.login('alice', 'x')).toEqual({ ok: false, reason: 'directory-unavailable' })
    expect(server.asked.map(({ kind }) => kind)).toEqual(['extended'])
  })

  test('with anything behind its answer in clear is given up: it would be read as the first words inside', async () => {
    await using server = await startScriptedServer(
      // The head of a successful bind response whose diagnostic text would swallow the real one.
      startTls((asked) => Buffer.concat([result(asked, 0), Buffer.from('30400201026102', 'hex')])),
    )
    using one = testDirectory([server.url], { startTls: true })
    expect(await one.login('alice', 'x')).toEqual({ ok: false, reason: 'directory-unavailable' })
    for (let i = 0; i < 3; i += 1) await one.login('alice', 'x')
    expect(one.events[0]?.[1]).toMatchObject({ reason: expect.stringMatching(/^start-tls/) })
  })
})

describe('what a person gets', () => {
  test('the name as the directory writes it, and the NT hash only where it is declared', async () => {
    const attributes = { sambaNTPassword: ['8846F7EAEE8FB117AD06BDD830B7586C'] }
    await using server = await startScriptedServer(
      onePerson({ uid: 'Alice', password: 'wonderland', attributes }),
    )
    using without = testDirectory([server.url])
    expect(await without.directory.ntHashOf(parseLoginName('ALICE'))).toEqual({
      ok: false,
      reason: 'no-nt-hash',
    })
    using one = testDirectory([server.url], { ntHashAttribute: 'sambaNTPassword' })
    expect(await one.directory.ntHashOf(parseLoginName('ALICE'))).toEqual({
      ok: true,
      user: { username: 'alice', groups: [] },
      ntHash: new Uint8Array(Buffer.from('8846f7eaee8fb117ad06bdd830b7586c', 'hex')),
    })
  })

  test('not a login without the groups: that would be the rule of somebody who has none', async () => {
    await using server = await startScriptedServer((asked, socket) => {
      const isGroups = asked.kind === 'search' && asked.base === 'ou=groups,dc=test'
      if (isGroups) socket.write(result(asked, 50))
      else ALICE(asked, socket)
    })
    using one = testDirectory([server.url])
    expect(await one.login('alice', 'wonderland')).toEqual({
      ok: false,
      reason: 'directory-unavailable',
    })
  })
})
