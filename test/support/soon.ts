import { vi } from 'vitest'

/**
 * Waits until `check` no longer throws. The deadline is for what never comes, however busy the machine;
 * `everyMs` is for a check that must not come too often.
 */
export function soon<T>(check: () => T | Promise<T>, everyMs = 20): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: everyMs })
}
