import type { Hono } from 'hono'
import type { Services } from '../services.ts'
import { leaveCaptiveBrowser } from './captive-browser.ts'
import { staffHome } from './home.ts'
import { backchannelLogout } from './oidc/backchannel-logout.ts'
import { oidcCallback } from './oidc/callback.ts'
import { oidcStart } from './oidc/start.ts'
import { passkeyScript, PASSKEY_SCRIPT_PATH } from './passkey-script.ts'
import { checkPasskey } from './passkey-sign-in.ts'
import { addOwnPasskey, listOwnPasskeys, removeOwnPasskey } from './passkeys.ts'
import { letDeviceIn, letIn } from './let-in.ts'
import { requireRecent, requireSession } from './require-session.ts'
import { askFactor, checkFactor, enrolFactor } from './second-factor.ts'
import { endOwnSessions, listOwnSessions } from './sessions.ts'
import { signIn, signInByPassword } from './sign-in.ts'
import { signOut, signedOut } from './sign-out.ts'
import { openForm, staffForm } from './staff-form.ts'
import {
  BACKCHANNEL_FOLDER,
  ENROL_PATH,
  FACTOR_PATH,
  LET_IN_PATH,
  OIDC_FOLDER,
  PASSKEYS_PATH,
  PASSKEY_FACTOR_PATH,
  PASSKEY_REMOVAL_PATH,
  SESSIONS_PATH,
  SIGNED_OUT_PATH,
  SIGN_IN_PATH,
  SIGN_OUT_PATH,
} from './staff-paths.ts'

/** Whoever changes what proves them has proved who they are within these minutes. */
const RECENT_MINUTES = 10

/** The pages under /staff, in this order; what stands after `requireSession` is for who is signed in. */
export function staffPipeline(app: Hono, services: Services): void {
  // A program and not a browser: it has a signed token, and no session and no form of ours.
  app.post(`${BACKCHANNEL_FOLDER}:provider`, backchannelLogout(services))

  // Before every way to sign in: in the small window of a captive network none of them works.
  app.use('/staff', leaveCaptiveBrowser(services))
  app.use('/staff/*', leaveCaptiveBrowser(services))

  // Before the session: the ways to get one.
  app.get(SIGN_IN_PATH, signIn(services))
  app.post(SIGN_IN_PATH, openForm(services), signInByPassword(services))
  app.get(FACTOR_PATH, askFactor(services))
  app.post(FACTOR_PATH, openForm(services), checkFactor(services))
  app.get(PASSKEY_SCRIPT_PATH, passkeyScript())
  app.get(PASSKEY_FACTOR_PATH, askFactor(services))
  app.post(PASSKEY_FACTOR_PATH, openForm(services), checkPasskey(services))
  app.get(ENROL_PATH, askFactor(services))
  app.post(ENROL_PATH, openForm(services), enrolFactor(services))
  app.get(`${OIDC_FOLDER}:provider/start`, oidcStart(services))
  app.get(`${OIDC_FOLDER}:provider/callback`, oidcCallback(services))
  app.get(SIGNED_OUT_PATH, signedOut(services))

  app.use('/staff', requireSession(services))
  app.use('/staff/*', requireSession(services))
  // After it: a form is of a session, and its token says of which.
  app.get('/staff', staffHome(services))
  app.get(SESSIONS_PATH, listOwnSessions(services))
  app.post(SESSIONS_PATH, staffForm(services), endOwnSessions(services))
  const recent = requireRecent(services, RECENT_MINUTES, () => PASSKEYS_PATH)
  app.get(PASSKEYS_PATH, recent, listOwnPasskeys(services))
  app.post(PASSKEYS_PATH, recent, staffForm(services), addOwnPasskey(services))
  app.post(PASSKEY_REMOVAL_PATH, recent, staffForm(services), removeOwnPasskey(services))
  app.get(LET_IN_PATH, letIn(services))
  app.post(LET_IN_PATH, staffForm(services), letDeviceIn(services))
  app.post(SIGN_OUT_PATH, staffForm(services), signOut(services))
}
