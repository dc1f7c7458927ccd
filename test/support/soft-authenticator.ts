import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** What a form of ours asks a browser for. */
export interface AskedPasskey {
  readonly challenge: string
  readonly rpId: string
  readonly known: readonly string[]
}

/** An authenticator without a device and a browser around it: ES256, with a counter. */
export interface SoftAuthenticator {
  readonly id: string
  make(asked: AskedPasskey, origin: string): Readonly<Record<string, string>>
  show(asked: AskedPasskey, origin: string): Readonly<Record<string, string>>
  /** For the next time that it is shown. */
  count: number
}

const sha256 = (text: string | Uint8Array): Buffer => createHash('sha256').update(text).digest()
const octets = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64url')

export function softAuthenticator(): SoftAuthenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y } = publicKey.export({ format: 'jwk' })
  const id = randomBytes(16)
  // CTAP2 §6: the shortest form, in one order.
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    octets(x),
    Buffer.from('225820', 'hex'),
    octets(y),
  ])
  const head = (rpId: string, flags: number, count: number): Buffer => {
    const rest = Buffer.alloc(5)
    rest.writeUInt8(flags)
    rest.writeUInt32BE(count, 1)
    return Buffer.concat([sha256(rpId), rest])
  }
  const said = (type: string, { challenge }: AskedPasskey, origin: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  const authenticator: SoftAuthenticator = {
    id: id.toString('base64url'),
    count: 1,
    make(asked, origin) {
      const length = Buffer.from([0, id.length])
      const data = [head(asked.rpId, 0x45, 0), Buffer.alloc(16), length, id, cose]
      return {
        ...{ id: authenticator.id, challenge: asked.challenge },
        clientData: said('webauthn.create', asked, origin).toString('base64url'),
        authenticatorData: Buffer.concat(data).toString('base64url'),
      }
    },
    show(asked, origin) {
      const data = head(asked.rpId, 0x05, authenticator.count)
      authenticator.count += 1
      const clientData = said('webauthn.get', asked, origin)
      const signed = Buffer.concat([data, sha256(clientData)])
      return {
        ...{ id: authenticator.id, challenge: asked.challenge },
        clientData: clientData.toString('base64url'),
        authenticatorData: data.toString('base64url'),
        signature: sign('sha256', signed, privateKey).toString('base64url'),
      }
    },
  }
  return authenticator
}
