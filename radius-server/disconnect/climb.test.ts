import { describe, expect, test } from 'vitest'
import { CODE, ERROR_CAUSE } from '../dictionary.ts'
import { climb } from './climb.ts'
import type { DynamicReply } from './dynamic-request.ts'
import type { Rung } from './forms.ts'

const RUNGS: readonly Rung[] = (['station', 'session', 'user', 'bare'] as const).map((form) => ({
  form,
  code: CODE['Disconnect-Request'],
  attributes: [],
}))
const ACK = { isAcknowledged: true, errorCause: null }
const nak = (errorCause: number | null): DynamicReply => ({ isAcknowledged: false, errorCause })
const ABSENT = nak(ERROR_CAUSE['Session-Context-Not-Found'])

async function up(...replies: (DynamicReply | null)[]): Promise<unknown[]> {
  let asked = 0
  const { outcome, errorCause, form } = await climb(RUNGS, () => {
    asked += 1
    return Promise.resolve(replies[asked - 1] ?? null)
  })
  return [asked, outcome, errorCause, form]
}

describe('a ladder', () => {
  test('ends with the form that is acknowledged', async () => {
    expect(await up(ACK)).toEqual([1, 'disconnected', null, 'station'])
    expect(await up(nak(401), null, ACK)).toEqual([3, 'disconnected', null, 'user'])
  })
  test('is given up after two forms to which nothing was said', async () => {
    expect(await up(null, null, ACK)).toEqual([2, 'no-answer', null, null])
  })
  test('goes on past silence where the gateway has spoken', async () => {
    expect(await up(null, ABSENT, null, null)).toEqual([4, 'no-session', 503, 'session'])
  })
  test('says that there is no session only where nothing else was said', async () => {
    expect(await up(ABSENT, ABSENT, ABSENT, ABSENT)).toEqual([4, 'no-session', 503, 'bare'])
    expect(await up(ABSENT, nak(407), ABSENT, ABSENT)).toEqual([4, 'refused', 407, 'session'])
    expect(await up(nak(null), ABSENT, ABSENT, ABSENT)).toEqual([4, 'refused', null, 'station'])
  })
  test('ends where no other form would be answered better', async () => {
    expect(await up(nak(501))).toEqual([1, 'refused', 501, 'station'])
    expect(await up(ABSENT, nak(506))).toEqual([2, 'refused', 506, 'session'])
  })
})
