import { expect, test } from 'vitest'
import { LoginTrace } from '../login-trace.ts'
import { origin } from '../testing/attempt.ts'
import { createConversations } from './conversations.ts'
import type { Conversation, Conversations } from './conversations.ts'

const OWNER = new Uint8Array(8)

function open(conversations: Conversations, closed: string[], name: string): Conversation {
  const conversation = conversations.open({
    gateway: 'gw-0042',
    station: name,
    origin: origin(name),
    identifier: 1,
    trace: new LoginTrace('eap', null),
  })
  conversation.method = {
    type: 21,
    start: new Uint8Array(0),
    respond: () => Promise.resolve({ kind: 'overloaded' }),
    close: () => closed.push(name),
  }
  return conversation
}

test('the one that was idle longest makes room, and lets go of its TLS', () => {
  const closed: string[] = []
  const conversations = createConversations(() => 0, OWNER, 2)
  const first = open(conversations, closed, 'a')
  open(conversations, closed, 'b')
  conversations.find(first.state, 'gw-0042')
  open(conversations, closed, 'c')
  expect(closed).toEqual(['b'])
  expect(conversations.size).toBe(2)
  expect(conversations.evicted).toBe(1)
})

test('a new conversation of a device ends its old one, and closing the old one again harms nothing', () => {
  const closed: string[] = []
  const conversations = createConversations(() => 0, OWNER)
  const older = open(conversations, closed, 'a')
  const newer = open(conversations, closed, 'a')
  expect(older.isClosed).toBe(true)
  conversations.close(older)
  open(conversations, closed, 'a')
  expect(newer.isClosed).toBe(true)
  expect(conversations.size).toBe(1)
})

test('those that were idle for a minute are let go', () => {
  let now = 0
  const closed: string[] = []
  const conversations = createConversations(() => now, OWNER)
  open(conversations, closed, 'a')
  now = 30_000
  open(conversations, closed, 'b')
  now = 60_000
  conversations.sweep()
  expect(closed).toEqual(['a'])
})
