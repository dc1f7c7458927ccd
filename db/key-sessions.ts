import type { SessionDraft, SessionState } from './session-state.ts'

/** The sessions with one key, one after the other: as they are in the database, and with what came since. */
export interface KeySessions {
  readonly key: string
  readonly before: readonly SessionState[]
  /** In the same places; one that changed is another object, one that began comes after them. */
  readonly now: SessionState[]
}

export function keySessions(key: string, before: readonly SessionState[]): KeySessions {
  return { key, before, now: [...before] }
}

/** What has changed of a session; `before` is null of one that began. */
export interface SessionChange {
  readonly before: SessionState | null
  /** Not in the database yet, and nobody else's. */
  readonly session: SessionDraft
}

export function changesOf(all: Iterable<KeySessions>): readonly SessionChange[] {
  const changes: SessionChange[] = []
  for (const { before, now } of all) {
    for (const [place, session] of now.entries()) {
      const was = before[place] ?? null
      if (session !== was) changes.push({ before: was, session })
    }
  }
  return changes
}
