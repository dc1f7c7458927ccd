import type { DisconnectOutcome, DisconnectResult } from '#db/disconnects.ts'
import { ERROR_CAUSE } from '../dictionary.ts'
import type { DynamicReply } from './dynamic-request.ts'
import type { FormRequest, Rung } from './forms.ts'

/** Sends a request until it is answered or given up; null for no answer. */
export type Ask = (request: FormRequest) => Promise<DynamicReply | null>

/** A gateway that does not know a form may say nothing; one that is away says nothing to any. */
const SILENT_RUNGS = 2

/** No other form will be answered better. */
const FINAL: ReadonlySet<number | null> = new Set([
  ERROR_CAUSE['Administratively-Prohibited'],
  ERROR_CAUSE['Resources-Unavailable'],
])

/** Tries one form after the other until the gateway says that it has ended the session. */
export async function climb(rungs: readonly Rung[], ask: Ask): Promise<DisconnectResult> {
  const refused: { errorCause: number | null; form: string }[] = []
  let silent = 0
  for (const rung of rungs) {
    const reply = await ask(rung)
    if (reply === null) {
      silent += 1
      if (refused.length === 0 && silent === SILENT_RUNGS) break
      continue
    }
    const { errorCause } = reply
    if (reply.isAcknowledged) return { outcome: 'disconnected', errorCause, form: rung.form }
    refused.push({ errorCause, form: rung.form })
    if (FINAL.has(errorCause)) break
  }
  // That it has no such session says less than why it would not end one.
  const told = refused.findLast(({ errorCause }) => !isAbsent(errorCause)) ?? refused.at(-1)
  if (told === undefined) return { outcome: 'no-answer', errorCause: null, form: null }
  const outcome: DisconnectOutcome = isAbsent(told.errorCause) ? 'no-session' : 'refused'
  return { outcome, ...told }
}

function isAbsent(errorCause: number | null): boolean {
  return errorCause === ERROR_CAUSE['Session-Context-Not-Found']
}
