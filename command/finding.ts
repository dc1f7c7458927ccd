import { styleText } from 'node:util'

/** What a check found: null is well; `wrong` fails the whole, `note` does not. */
export interface Finding {
  readonly what: string
  readonly wrong?: string
  readonly note?: string
}

export function formatFinding({ what, wrong, note }: Finding): string {
  if (wrong !== undefined) return `${styleText('red', 'wrong')}  ${what}: ${wrong}`
  if (note !== undefined) return `${styleText('yellow', 'note ')}  ${what}: ${note}`
  return `${styleText('green', 'well ')}  ${what}`
}
