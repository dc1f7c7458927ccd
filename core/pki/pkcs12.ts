import {
  createCipheriv,
  createHash,
  createHmac,
  pbkdf2Sync,
  randomBytes,
  X509Certificate,
} from 'node:crypto'
import * as asn1js from 'asn1js'
import { derOf } from './pem.ts'

/**
 * `modern` is PBES2 with AES-256 and SHA-256; `old` is 3DES and SHA-1, which macOS and Android before 13
 * read and nothing better. The passphrase has 128 bits and is used once: neither can be guessed.
 */
export type Pkcs12Strength = 'modern' | 'old'

export interface Pkcs12Content {
  readonly keyPem: string
  readonly certificatePem: string
  /** What stands above it. Apple would trust a root for web sites that comes here: leave roots out there. */
  readonly chainPem: readonly string[]
  /** What the system calls it. */
  readonly name: string
  readonly passphrase: string
}

const OID = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  x509: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacSha256: '1.2.840.113549.2.9',
  aes256: '2.16.840.1.101.3.4.1.42',
  tripleDes: '1.2.840.113549.1.12.1.3',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha1: '1.3.14.3.2.26',
} as const

const ITERATIONS = 2048
const SALT_BYTES = 16
/** RFC 7292 appendix B.3: what the octets are for. */
const PURPOSE = { key: 1, iv: 2, mac: 3 } as const

/** A key with its certificate as one file (RFC 7292), DER. */
export function makePkcs12(
  content: Pkcs12Content,
  strength: Pkcs12Strength,
): Uint8Array<ArrayBuffer> {
  const { keyPem, certificatePem, chainPem, name, passphrase } = content
  const encrypt = strength === 'modern' ? encryptModern : encryptOld
  const localKeyId = new X509Certificate(certificatePem).fingerprint.replaceAll(':', '')
  const own = attributes(name, Buffer.from(localKeyId, 'hex'))
  const certificates = sequence(
    certificateBag(certificatePem, [own]),
    ...chainPem.map((pem) => certificateBag(pem, [])),
  )
  const shrouded = encrypt(derOf(keyPem), passphrase)
  const keys = sequence(
    bag(OID.shroudedKey, sequence(shrouded.algorithm, octets(shrouded.sealed)), [own]),
  )
  const sealed = encrypt(bytesOf(certificates), passphrase)
  const encrypted = sequence(
    new asn1js.Integer({ value: 0 }),
    sequence(
      oid(OID.data),
      sealed.algorithm,
      new asn1js.Primitive({
        idBlock: { tagClass: 3, tagNumber: 0 },
        valueHex: Uint8Array.from(sealed.sealed).buffer,
      }),
    ),
  )
  const safe = bytesOf(
    sequence(
      sequence(oid(OID.encryptedData), explicit(encrypted)),
      sequence(oid(OID.data), explicit(octets(bytesOf(keys)))),
    ),
  )
  return bytesOf(
    sequence(
      new asn1js.Integer({ value: 3 }),
      sequence(oid(OID.data), explicit(octets(safe))),
      macOf(safe, passphrase, strength),
    ),
  )
}

interface Sealed {
  readonly algorithm: asn1js.Sequence
  readonly sealed: Uint8Array
}

/** PBES2 (RFC 8018 §6.2). */
function encryptModern(plain: Uint8Array, passphrase: string): Sealed {
  const [salt, iv] = [randomBytes(SALT_BYTES), randomBytes(16)]
  const key = pbkdf2Sync(passphrase, salt, ITERATIONS, 32, 'sha256')
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const derivation = sequence(
    oid(OID.pbkdf2),
    sequence(
      octets(salt),
      new asn1js.Integer({ value: ITERATIONS }),
      sequence(oid(OID.hmacSha256), new asn1js.Null()),
    ),
  )
  const scheme = sequence(oid(OID.aes256), octets(iv))
  return {
    algorithm: sequence(oid(OID.pbes2), sequence(derivation, scheme)),
    sealed: Buffer.concat([cipher.update(plain), cipher.final()]),
  }
}

/** pbeWithSHAAnd3-KeyTripleDES-CBC (RFC 7292 appendix C). */
function encryptOld(plain: Uint8Array, passphrase: string): Sealed {
  const salt = randomBytes(SALT_BYTES)
  const derive = (purpose: number, bytes: number): Buffer =>
    derived({ passphrase, salt, purpose, bytes, hash: 'sha1' })
  const cipher = createCipheriv('des-ede3-cbc', derive(PURPOSE.key, 24), derive(PURPOSE.iv, 8))
  const parameters = sequence(octets(salt), new asn1js.Integer({ value: ITERATIONS }))
  return {
    algorithm: sequence(oid(OID.tripleDes), parameters),
    sealed: Buffer.concat([cipher.update(plain), cipher.final()]),
  }
}

function macOf(safe: Uint8Array, passphrase: string, strength: Pkcs12Strength): asn1js.Sequence {
  const salt = randomBytes(SALT_BYTES)
  const hash = strength === 'modern' ? 'sha256' : 'sha1'
  const bytes = hash === 'sha256' ? 32 : 20
  const key = derived({ passphrase, salt, purpose: PURPOSE.mac, bytes, hash })
  const mac = createHmac(hash, key).update(safe).digest()
  return sequence(
    sequence(sequence(oid(OID[hash]), new asn1js.Null()), octets(mac)),
    octets(salt),
    new asn1js.Integer({ value: ITERATIONS }),
  )
}

/** RFC 7292 appendix B.2. */
function derived(o: {
  readonly passphrase: string
  readonly salt: Uint8Array
  readonly purpose: number
  readonly bytes: number
  readonly hash: 'sha1' | 'sha256'
}): Buffer {
  const block = 64
  // BMPString with a terminator of two octets.
  const text = Buffer.from(`${o.passphrase}\0`, 'utf16le').swap16()
  const diversifier = Buffer.alloc(block, o.purpose)
  const input = Buffer.concat([repeated(o.salt, block), repeated(text, block)])
  const parts: Buffer[] = []
  for (let made = 0; made < o.bytes;) {
    let digest = createHash(o.hash).update(diversifier).update(input).digest()
    for (let i = 1; i < ITERATIONS; i++) digest = createHash(o.hash).update(digest).digest()
    parts.push(digest)
    made += digest.length
    addToBlocks(input, repeated(digest, block).subarray(0, block))
  }
  return Buffer.concat(parts).subarray(0, o.bytes)
}

/** Repeated to a whole number of blocks. */
function repeated(octets: Uint8Array, block: number): Buffer {
  const length = Math.ceil(octets.length / block) * block
  return Buffer.alloc(length, octets)
}

/** Each block plus `addend` plus one, as numbers. */
function addToBlocks(blocks: Buffer, addend: Buffer): void {
  for (let start = 0; start < blocks.length; start += addend.length) {
    let carry = 1
    for (let i = addend.length - 1; i >= 0; i--) {
      const sum = blocks.readUInt8(start + i) + addend.readUInt8(i) + carry
      blocks.writeUInt8(sum & 0xff, start + i)
      carry = sum >> 8
    }
  }
}

function certificateBag(pem: string, attributes: readonly asn1js.BaseBlock[]): asn1js.Sequence {
  return bag(OID.certificate, sequence(oid(OID.x509), explicit(octets(derOf(pem)))), attributes)
}

function bag(
  id: string,
  value: asn1js.BaseBlock,
  attributes: readonly asn1js.BaseBlock[],
): asn1js.Sequence {
  return sequence(oid(id), explicit(value), ...attributes)
}

/** By the identifier the key and its certificate find each other. */
function attributes(name: string, keyId: Uint8Array): asn1js.Set {
  return new asn1js.Set({
    value: [
      sequence(
        oid(OID.friendlyName),
        new asn1js.Set({ value: [new asn1js.BmpString({ value: name })] }),
      ),
      sequence(oid(OID.localKeyId), new asn1js.Set({ value: [octets(keyId)] })),
    ],
  })
}

function sequence(...value: readonly asn1js.BaseBlock[]): asn1js.Sequence {
  return new asn1js.Sequence({ value: [...value] })
}

function explicit(value: asn1js.BaseBlock): asn1js.Constructed {
  return new asn1js.Constructed({ idBlock: { tagClass: 3, tagNumber: 0 }, value: [value] })
}

function oid(value: string): asn1js.ObjectIdentifier {
  return new asn1js.ObjectIdentifier({ value })
}

function octets(value: Uint8Array): asn1js.OctetString {
  return new asn1js.OctetString({ valueHex: Uint8Array.from(value).buffer })
}

function bytesOf(block: asn1js.BaseBlock): Uint8Array<ArrayBuffer> {
  return new Uint8Array(block.toBER(false))
}
