import { html } from 'hono/html'
import type { Html } from '../pages/html.ts'

/** What stands in a sentence's {words}; what is no Html is text, and is escaped. */
export type Words = Readonly<Record<string, string | Html>>

/**
 * The sentence with its {words} filled in. Each stands in a direction of its own: a French name or a
 * number must not turn the words around it when the sentence runs from right to left.
 */
export function fill(sentence: string, words: Words): Html {
  const pieces = sentence.split(/\{(\w+)\}/).map((piece, at) => {
    if (at % 2 === 0) return html`${piece}`
    return html`<bdi>${words[piece] ?? ''}</bdi>`
  })
  return html`${pieces}`
}
