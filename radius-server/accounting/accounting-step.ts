import { silence } from '../request.ts'
import type { Answer, Step } from '../request.ts'
import { readAccounting } from './accounting-record.ts'
import type { AccountingWriter, WriteResult } from './accounting-writer.ts'

const ANSWER: Readonly<Record<WriteResult, Answer>> = {
  recorded: { kind: 'acknowledge' },
  failed: silence('accounting-not-recorded'),
  full: silence('accounting-queue-full'),
}

/** RFC 2866 §4.1: what could not be recorded must not be answered, so that it comes again. */
export function createAccountingStep(writer: AccountingWriter): Step {
  return (request) => {
    const event = readAccounting(request)
    if (event === null) return silence('accounting-malformed')
    return new Promise((resolve) => {
      writer.write(event, (result) => resolve(ANSWER[result]))
    })
  }
}
