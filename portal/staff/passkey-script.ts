import type { Handler } from 'hono'

/**
 * The only script of the staff pages: a form that asks for a passkey cannot do without. It shows the form, which is
 * hidden where no script runs, asks the browser when it is sent, and sends what the browser says. What it is to ask for
 * stands in the form.
 */
const PASSKEY_SCRIPT = `'use strict'
;(() => {
  const form = document.querySelector('form[data-passkey]')
  if (form === null || window.PublicKeyCredential === undefined) return
  const asked = JSON.parse(form.dataset.passkey)
  const octets = (text) =>
    Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0))
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  const known = asked.known.map((id) => ({ type: 'public-key', id: octets(id) }))
  const put = (name, value) => {
    form.elements.namedItem(name).value = value
  }
  const make = () =>
    navigator.credentials.create({
      publicKey: {
        challenge: octets(asked.challenge),
        rp: { id: asked.rpId, name: asked.organisation },
        user: { id: octets(asked.user), name: asked.username, displayName: asked.username },
        pubKeyCredParams: asked.algorithms.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: known,
        authenticatorSelection: { residentKey: 'discouraged', userVerification: 'preferred' },
        attestation: 'none',
        timeout: 60000,
      },
    })
  const show = () =>
    navigator.credentials.get({
      publicKey: {
        challenge: octets(asked.challenge),
        rpId: asked.rpId,
        allowCredentials: known,
        userVerification: 'preferred',
        timeout: 60000,
      },
    })
  const ask = async () => {
    const credential = await (asked.isNew ? make() : show())
    const { response } = credential
    put('id', credential.id)
    put('clientData', text(response.clientDataJSON))
    put(
      'authenticatorData',
      text(asked.isNew ? response.getAuthenticatorData() : response.authenticatorData),
    )
    if (!asked.isNew) put('signature', text(response.signature))
    form.submit()
  }
  form.hidden = false
  for (const instead of document.querySelectorAll('[data-no-script]')) instead.hidden = true
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const said = form.querySelector('[role=alert]')
    said.hidden = true
    ask().catch(() => {
      said.hidden = false
    })
  })
})()
`

export const PASSKEY_SCRIPT_PATH = '/staff/passkey.js'

/** `GET /staff/passkey.js`: the same for everybody, so that it needs no session. */
export function passkeyScript(): Handler {
  return function passkeyScriptHandler(c) {
    c.header('Content-Type', 'text/javascript; charset=utf-8')
    // Of this version: another one may have another form.
    c.header('Cache-Control', 'no-cache')
    return c.body(PASSKEY_SCRIPT)
  }
}
