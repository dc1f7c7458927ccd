import { createKindOfDirectory } from './directory-kind.ts'
import type { DirectorySettings } from './directory-settings.ts'
import { createLdapConnection } from './connection.ts'
import type { LdapConnection } from './connection.ts'
import type { LdapFault } from './fault.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { openSocket } from './open-socket.ts'

export interface ServerExamined {
  readonly url: string
  /** Null: it can be signed in with. Else what is wrong and what to do, without any secret. */
  readonly wrong: string | null
  /** What is worth knowing of a server that works. */
  readonly kind: string
}

/** Goes each server's way once, step by step: connection, TLS, service account, base, people. */
export function examineDirectory(settings: DirectorySettings): Promise<readonly ServerExamined[]> {
  return Promise.all(
    settings.urls.map(async (url): Promise<ServerExamined> => {
      const opened = await openSocket(url, settings, DIRECTORY_LIMITS.connectMs)
      if (!opened.ok) return { url, wrong: connectSentence(opened.fault, settings), kind: '' }
      const connection = createLdapConnection(opened.value, () => {})
      try {
        return { url, ...(await examine(connection, settings)) }
      } finally {
        connection.close()
      }
    }),
  )
}

async function examine(
  connection: LdapConnection,
  settings: DirectorySettings,
): Promise<Omit<ServerExamined, 'url'>> {
  const kindOf = createKindOfDirectory(settings.kind)
  const bound = await connection.bind(settings.bindDn, settings.bindPassword)
  if (!bound.ok) return { wrong: bindSentence(bound.fault, settings), kind: '' }
  const kind = kindOf.known ?? (await kindOf.ask(connection))
  if (typeof kind !== 'string' && !kind.ok) return { wrong: saidBy(kind.fault), kind: '' }
  const name = typeof kind === 'string' ? kind : kind.value
  for (const base of [settings.baseDn, settings.groups.baseDn ?? settings.baseDn]) {
    const found = await connection.search({
      base,
      scope: 'base',
      filter: '(objectClass=*)',
      attributes: ['objectClass'],
      most: 1,
    })
    const wrong =
      !found.ok || found.value.length === 0
        ? `${base} is not there, or "${settings.bindDn}" may not read it${found.ok ? '' : ` (${found.fault.detail})`}; correct base_dn, or give the service account the right to read`
        : null
    if (wrong !== null) return { wrong, kind: name }
  }
  const person = await connection.search({
    base: settings.baseDn,
    scope: 'sub',
    filter: name === 'active-directory' ? '(sAMAccountName=*)' : '(uid=*)',
    attributes: ['1.1'],
    most: 1,
  })
  if (!person.ok) return { wrong: saidBy(person.fault), kind: name }
  if (person.value.length > 0 || settings.userFilter !== null) return { wrong: null, kind: name }
  return {
    wrong: `there is nobody below ${settings.baseDn} that "${settings.bindDn}" may read; correct base_dn, declare users, or give the service account the right to read`,
    kind: name,
  }
}

function connectSentence(fault: LdapFault, { caPem }: DirectorySettings): string {
  const said = ` (${fault.detail})`
  switch (fault.kind) {
    case 'name-not-found':
      return `its name is not found${said}; correct url, or the DNS of this machine`
    case 'tls-untrusted':
      return caPem === null
        ? `its certificate is of an authority that this machine does not know${said}; declare that authority's certificate as ca`
        : `its certificate is not of the authority declared as ca${said}; declare the certificate of the authority that signs it`
    case 'tls-name':
      return `its certificate is for another name${said}; use in url a name that the certificate has`
    case 'start-tls':
      return `it does not do StartTLS${said}; give it a certificate, or use ldaps://`
    case 'tls':
      return `TLS does not come about${said}; is the port that of ldaps? TLS 1.2 or newer is needed`
    default:
      return `it is not reached${said}; check that it runs, and the firewall between here and there`
  }
}

function bindSentence(fault: LdapFault, { bindDn }: DirectorySettings): string {
  return fault.kind === 'result'
    ? `it refuses the service account "${bindDn}" (${fault.detail}); correct bind_dn and bind_password`
    : saidBy(fault)
}

function saidBy({ detail }: LdapFault): string {
  return `it does not answer as it should (${detail}); look into its own log`
}
