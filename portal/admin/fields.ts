import { html } from 'hono/html'
import type { Html } from '../pages/html.ts'
import type { AdminView } from './admin-request.ts'

/** The state that the form's page was made from; `*`, which stands for any, is none. */
export function etagOf(form: URLSearchParams): string {
  const etag = form.get('etag') ?? ''
  return etag === '*' ? '' : etag
}

interface Field {
  readonly name: string
  readonly label: string
  readonly value?: string
  readonly type?: 'text' | 'date' | 'search' | 'number'
  readonly required?: boolean
  readonly maxlength?: number
  /** A sentence below it. */
  readonly help?: string
  /** Where a page has more than one field of that name. */
  readonly id?: string
  /** Names and codes, which no keyboard should correct. */
  readonly isCode?: boolean
}

/** A labelled line to write in. */
export function field(one: Field): Html {
  const { name, label, value = '', type = 'text', required, maxlength, help, id = name } = one
  return html`<label for="${id}">${label}</label>
    <input
      id="${id}"
      name="${name}"
      type="${type}"
      value="${value}"
      ${required === true && html`required`}
      ${maxlength !== undefined && html`maxlength="${maxlength}"`}
      ${one.isCode === true && html`autocapitalize="none" spellcheck="false"`}
      ${help !== undefined && html`aria-describedby="${id}-help"`}
      autocomplete="off"
    />
    ${help !== undefined && html`<p class="soft help" id="${id}-help">${help}</p>`}`
}

/** A labelled choice of one among a few. */
export function choice(
  one: Pick<Field, 'name' | 'label' | 'value' | 'id'>,
  options: readonly (readonly [value: string, label: string])[],
): Html {
  const { name, label, value = '', id = name } = one
  return html`<label for="${id}">${label}</label>
    <select id="${id}" name="${name}">
      ${options.map(
        ([option, said]) =>
          html`<option value="${option}" ${option === value && html`selected`}>${said}</option>`,
      )}
    </select>`
}

const LONGEST_REASON = 500

/** Why; `required` where nothing is done without it. */
export function reasonField(
  { c, text }: Pick<AdminView, 'c' | 'text'>,
  { required, id = 'reason' }: { readonly required: boolean; readonly id?: string },
): Html {
  const label = required ? text.reasonRequired : text.reason
  const value = c.get('staffForm')?.get('reason') ?? ''
  return field({ ...{ id, name: 'reason', label, value, required, maxlength: LONGEST_REASON } })
}

/** A form that asks by GET, and can be sent to somebody as an address. */
export function searchForm(action: string, label: string, q: string, button: string): Html {
  return html`<form method="get" action="${action}" role="search">
    ${field({ name: 'q', label, value: q, type: 'search', maxlength: 100, isCode: true })}
    <button>${button}</button>
  </form>`
}

/** What was written, of that length at most, without spaces around it. */
export function askedFor(view: Pick<AdminView, 'c'>, name: string, longest = 100): string {
  const asked = new URL(view.c.req.url).searchParams.get(name) ?? ''
  return asked.trim().slice(0, longest)
}

/** By which a list goes on; null for what is no number of a row. */
export function rowNumber(written: string | undefined): string | null {
  return written !== undefined && /^\d{1,18}$/.test(written) ? written : null
}
