import type { Context } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Html } from '../pages/html.ts'
import type { Services } from '../services.ts'
import type { StaticName } from '../static-files.ts'
import { sendStaffPage } from '../staff/send-staff-page.ts'
import type { StaffContent, StaffFrame } from '../staff/staff-layout.ts'
import { adminTextIn } from '../text/admin-language.ts'
import { ADMIN_HOME } from './admin-paths.ts'
import { adminEntries } from './entries.ts'

export async function sendAdminPage(
  c: Context,
  services: Services,
  page: {
    readonly frame: StaffFrame
    readonly title: string
    readonly main: Html
    readonly status?: ContentfulStatusCode
    readonly scripts?: readonly StaticName[]
    readonly styles?: readonly StaticName[]
    readonly again?: StaffContent['again']
  },
): Promise<Response> {
  const { frame, main, scripts, styles, ...rest } = page
  const { paths } = services.files
  return sendStaffPage(c, services, {
    ...{ ...rest, frame },
    ...(scripts === undefined ? {} : { scripts: scripts.map((name) => paths[name]) }),
    ...(styles === undefined ? {} : { styles: styles.map((name) => paths[name]) }),
    isWide: true,
    main: html`${subNavigation(frame)} ${main}`,
  })
}

function subNavigation({ language, path, rights }: StaffFrame): Html {
  const text = adminTextIn(language)
  const entries = adminEntries(rights)
  const here = entries.findLast((entry) =>
    entry.path === ADMIN_HOME ? path === ADMIN_HOME : path.startsWith(entry.path),
  )
  return html`<ul class="tabs" aria-label="${text.pages}">
    ${entries.map(
      (entry) =>
        html`<li>
          <a href="${entry.path}" ${entry === here && html`aria-current="page"`}
            >${text.navigation[entry.name]}</a
          >
        </li>`,
    )}
  </ul>`
}
