import { html } from 'hono/html'
import { textIn } from '../text/language.ts'
import type { Html } from './html.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'

/** The gateway takes nothing but a form: one more button, so that no script is needed. */
export function continuePage(
  frame: Frame,
  form: { readonly action: string; readonly fields: Readonly<Record<string, string>> },
): Html {
  const { opening: words } = textIn(frame.language)
  return layout(
    { ...frame, inLanguage: null },
    {
      title: words.lastStep,
      main: html`<h1>${words.lastStep}</h1>
        <p class="lead">${words.lastStepText}</p>
        <form class="bar" method="post" action="${form.action}">
          ${Object.entries(form.fields).map(
            ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
          )}
          <button type="submit">${words.open}</button>
        </form>`,
    },
  )
}
