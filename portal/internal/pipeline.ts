import type { Hono } from 'hono'
import type { Services } from '../services.ts'
import { requireRecent } from '../staff/require-session.ts'
import { staffForm } from '../staff/staff-form.ts'
import { askToJoin, endInternal, join } from './join.ts'
import { END_PATH, NETWORK_FOLDER } from './paths.ts'

/** Whoever lets a device in has proved who they are within these minutes. */
const RECENT_MINUTES = 30

/** The pages by which a device without 802.1X comes into the internal network; behind `requireSession`. */
export function internalPipeline(app: Hono, services: Services): void {
  const recent = requireRecent(services, RECENT_MINUTES)
  app.get(`${NETWORK_FOLDER}:code`, recent, askToJoin(services))
  app.post(`${NETWORK_FOLDER}:code`, recent, staffForm(services), join(services))
  app.post(END_PATH, staffForm(services), endInternal(services))
}
