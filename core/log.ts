import { pino } from 'pino'
import type { EventName } from './events.ts'

export type Fields = Readonly<Record<string, unknown>>

/** Servers log events by name, with fields; library code returns instead of logging. */
export interface Log {
  debug(event: EventName, fields?: Fields): void
  info(event: EventName, fields?: Fields): void
  warn(event: EventName, fields?: Fields): void
  /** A person must act now. */
  error(event: EventName, fields?: Fields): void
}

/** JSON lines on the file descriptor `fd`, one an event: `{"level","time","event",…fields}`. */
export function createLog(options: {
  fd: number
  level: 'debug' | 'info' | 'warn' | 'error'
}): Log {
  const out = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'event',
      // A second net behind "secrets are never passed to the log".
      redact: ['secret', 'password', 'key', '*.secret', '*.password', '*.key'],
    },
    pino.destination({ fd: options.fd, sync: true }),
  )
  return {
    debug: (event, fields = {}) => out.debug(fields, event),
    info: (event, fields = {}) => out.info(fields, event),
    warn: (event, fields = {}) => out.warn(fields, event),
    error: (event, fields = {}) => out.error(fields, event),
  }
}

export const silentLog: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore }

function ignore(): void {}
