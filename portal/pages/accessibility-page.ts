import { html } from 'hono/html'
import { formatDay } from '../text/date.ts'
import { fill } from '../text/fill.ts'
import { STATEMENTS } from '../text/statement.ts'
import type { StatementLanguage } from '../text/statement.ts'
import { contactLink } from './contact-link.ts'
import type { Html } from './html.ts'
import { layout } from './layout.ts'
import type { Frame } from './layout.ts'
import { onlyIn } from './terms-text.ts'

/** The statement of French law, in French where it does not speak the reader's language. */
export function accessibilityPage(frame: Frame, address: string): Html {
  const its: StatementLanguage = frame.language === 'en' ? 'en' : 'fr'
  const { title } = STATEMENTS[its]
  return layout(frame, {
    title,
    main: html`${onlyIn(its, frame.language)}
      <div lang="${its}" dir="ltr">${statement(frame, its, address)}</div>`,
  })
}

function statement({ look }: Frame, its: StatementLanguage, address: string): Html {
  const words = STATEMENTS[its]
  const { audit, notAccessible } = look.accessibility
  const contact = look.accessibility.contact ?? look.contact
  return html`<h1>${words.title}</h1>
    <p>${fill(words.promise, { organisation: look.name })}</p>
    <p>${fill(words.scope, { address })}</p>
    <h2>${words.state}</h2>
    <p>${words.conformity[look.conformity]}</p>
    <h2>${words.tests}</h2>
    <p>
      ${
        audit === null
          ? words.notAudited
          : fill(words.audited, {
              by: audit.by,
              date: formatDay(new Date(audit.on), its, 'UTC'),
              percent: String(audit.percent),
            })
      }
    </p>
    <h2>${words.notAccessible}</h2>
    ${
      notAccessible.length === 0
        ? html`<p>${audit === null ? words.notExamined : words.nothingKnown}</p>`
        : html`<ul>
            ${notAccessible.map((content) => html`<li>${content}</li>`)}
          </ul>`
    }
    <h2>${words.established}</h2>
    <p>${words.technologies}</p>
    <p>${words.checked}</p>
    <h2>${words.contact}</h2>
    <p>
      ${contact === '' ? words.contactPlace : fill(words.contactText, { contact: contactLink(contact) })}
    </p>
    <h2>${words.remedies}</h2>
    <p>${words.remediesText}</p>
    <ul>
      ${words.defender.map((way) => html`<li>${way}</li>`)}
    </ul>`
}
