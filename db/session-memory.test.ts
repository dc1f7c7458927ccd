import { expect, test } from 'vitest'
import { createSessionMemory } from './session-memory.ts'
import { newSession } from './session-state.ts'
import type { SessionState } from './session-state.ts'

function session(key: string, more: Partial<SessionState> = {}): SessionState {
  const first = { key, generation: 0, id: '', gateway: '', site: '', network: 'guest', mac: null }
  return { ...newSession({ ...first, network: 'guest' }, 0), ...more }
}

const STOP = { at: 1, nasAt: null, cause: null, by: 'packet' } as const

test('all generations of a key are remembered, as they were written last', () => {
  const memory = createSessionMemory()
  const ended = session('a', { stop: STOP })
  const open = session('a', { generation: 1, version: 1 })
  memory.keep('a', [ended, session('a', { generation: 1 })])
  memory.keep('a', [ended, open])
  expect(memory.get('a')).toEqual([ended, open])
  memory.forget('a')
  expect(memory.get('a')).toBeUndefined()
})

test('what has ended by its own packet is not', () => {
  const memory = createSessionMemory()
  memory.keep('a', [session('a')])
  memory.keep('a', [session('a', { stop: STOP })])
  expect(memory.get('a')).toBeUndefined()
})

test('there are never more than the limit', () => {
  const memory = createSessionMemory(2)
  for (const key of ['a', 'b', 'c']) memory.keep(key, [session(key)])
  expect(['a', 'b', 'c'].map((key) => memory.get(key)?.length)).toEqual([undefined, 1, 1])
})
