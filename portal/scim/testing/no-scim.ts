import type { ScimServices } from '../services.ts'

const none = (): Promise<null> => Promise.resolve(null)
const not = (): Promise<false> => Promise.resolve(false)
const nothing = { ok: false, reason: 'not-there' } as const

/** For tests of what has nothing to do with it: no token counts. */
export const noScim: ScimServices = {
  token: () => Promise.resolve({ ok: false, refusal: 'unknown' }),
  users: {
    list: () => Promise.resolve({ total: 0, found: [] }),
    find: none,
    create: none,
    replace: () => Promise.resolve(nothing),
    delete: not,
  },
  groups: {
    list: () => Promise.resolve({ total: 0, found: [] }),
    find: none,
    write: () => Promise.resolve(nothing),
    delete: not,
  },
}
