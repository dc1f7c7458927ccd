import { UNBLOCK_LIMITS } from '#db/unblock-requests.ts'
import { html } from 'hono/html'
import type { Look } from '../look.ts'
import { categoryName } from '../text/category-name.ts'
import { fill } from '../text/fill.ts'
import type { Text } from '../text/fr.ts'
import { textIn } from '../text/language.ts'
import type { UnblockTicket } from '../unblock-ticket.ts'
import { contactLink } from './contact-link.ts'
import type { Html } from './html.ts'
import { stopIcon, waitIcon } from './icons.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'

export interface BlockedPage extends Pick<
  UnblockTicket,
  'domain' | 'cause' | 'category' | 'reference'
> {
  /** Where the request goes. */
  readonly action: string
  readonly problem: 'not-sent' | null
}

/** What was blocked, why, who decides, and how to ask; no lecture. */
export function blockedPage(frame: Frame, page: BlockedPage): Html {
  const text = textIn(frame.language)
  const { blocked: words } = text
  return layout(frame, {
    title: words.title,
    main: html`${page.problem && html`<p class="note" role="alert">${words.notSent}</p>`}
      <p class="mark">${stopIcon}</p>
      <h1>${words.title}</h1>
      <p class="lead"><bdi class="code">${page.domain}</bdi></p>
      <section class="card" aria-labelledby="why">
        <h2 id="why">${words.whyTitle}</h2>
        <p>${why(frame, text, page)}</p>
        ${page.reference && html`<p class="soft">${fill(words.reference, { code: page.reference })}</p>`}
      </section>
      <section class="card" aria-labelledby="who">
        <h2 id="who">${words.who}</h2>
        ${whoDecides(frame.look, text)}
      </section>
      <form class="card" method="post" action="${page.action}" aria-labelledby="ask">
        <h2 id="ask">${words.askTitle}</h2>
        <label for="note">${words.note}</label>
        <textarea
          id="note"
          name="note"
          rows="2"
          maxlength="${UNBLOCK_LIMITS.noteCharacters}"
          autocomplete="off"
          aria-describedby="noname"
        ></textarea>
        <p class="soft" id="noname">${words.noName}</p>
        <button type="submit">${words.ask}</button>
      </form>
      <p class="soft">${words.https}</p>`,
  })
}

/** The name is not blocked (any more), or the filter did not say. */
export function notBlockedPage(
  frame: Frame,
  { domain, isFree }: { readonly domain: string; readonly isFree: boolean },
): Html {
  const text = textIn(frame.language)
  const { blocked: words } = text
  const title = isFree ? words.freeTitle : words.unknownTitle
  return layout(frame, {
    title,
    main: html`<p class="mark">${waitIcon}</p>
      <h1>${title}</h1>
      <p class="lead"><bdi class="code">${domain}</bdi></p>
      <p>${isFree ? words.free : words.unknown}</p>
      <section class="card" aria-labelledby="who">
        <h2 id="who">${words.who}</h2>
        ${whoDecides(frame.look, text)}
      </section>`,
  })
}

function why({ look, language }: Frame, { blocked: words }: Text, page: BlockedPage): Html {
  switch (page.cause) {
    case 'category': {
      return fill(words.category, { category: categoryName(page.category ?? '', language) })
    }
    case 'rule':
      return fill(words.byRule, { organisation: look.name })
    case 'other':
      return html`${words.noReason}`
  }
}

function whoDecides(look: Look, { filter }: Text): Html {
  return html`<p>${fill(filter.who, { organisation: look.name })}</p>
    <p>
      ${
        look.contact === ''
          ? filter.complainNoContact
          : fill(filter.complain, { contact: contactLink(look.contact) })
      }
    </p>`
}
