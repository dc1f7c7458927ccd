/** Addresses of the pages that come before and after a session. */
export const SIGN_IN_PATH = '/staff/sign-in'
export const FACTOR_PATH = '/staff/sign-in/code'
export const PASSKEY_FACTOR_PATH = '/staff/sign-in/passkey'
export const PASSKEYS_PATH = '/staff/passkeys'
export const PASSKEY_REMOVAL_PATH = '/staff/passkeys/remove'
export const ENROL_PATH = '/staff/sign-in/second-factor'
export const SIGN_OUT_PATH = '/staff/sign-out'
export const SIGNED_OUT_PATH = '/staff/signed-out'
export const LET_IN_PATH = '/staff/let-in'
export const SESSIONS_PATH = '/staff/sessions'
/** Of identity providers: `/staff/oidc/NAME/start`, `…/callback`. */
export const OIDC_FOLDER = '/staff/oidc/'
export const BACKCHANNEL_FOLDER = '/staff/oidc/backchannel-logout/'
