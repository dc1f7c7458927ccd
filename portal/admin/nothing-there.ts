import { html } from 'hono/html'
import type { Services } from '../services.ts'
import { sendAdminPage } from './admin-page.ts'
import type { AdminView } from './admin-request.ts'

/** The same page for what is not there and for what is somebody else's. */
export function sendNothing(
  services: Services,
  { c, frame, text }: Pick<AdminView, 'c' | 'frame' | 'text'>,
): Promise<Response> {
  return sendAdminPage(c, services, {
    ...{ frame, title: text.nothingThereTitle, status: 404 },
    main: html`<h1>${text.nothingThereTitle}</h1>
      <p class="lead">${text.nothingThere}</p>`,
  })
}
