import { ntHashContext } from '../../accounts.ts'
import { deviceKeyContext } from '../../device-keys.ts'
import { openSecret } from '../../gateways.ts'
import { providerContext } from '../../sign-in-providers.ts'
import { fileNameOf, lengthOfTime, managed, said } from './writing.ts'
import type { Said, Writing } from './writing.ts'

const PEM = 'application/x-pem-file'

/** By the hash of the password, which is all there is of it. */
export async function writeAccounts({ kysely, seal, secret }: Writing): Promise<readonly Said[]> {
  const rows = await kysely.selectFrom('staff.account').selectAll().orderBy('username').execute()
  return rows.map(({ username, password_hash: argon2id, groups, nt_hash: sealed }) => {
    const nt = sealed === null ? null : openSecret(seal, sealed, ntHashContext(username))
    const password = secret('accounts.*.password', JSON.stringify(said({ argon2id, nt })))
    return {
      username,
      // In clear it is what was sealed.
      password: password.startsWith('{') ? (JSON.parse(password) as object) : password,
      ...said({ groups, mschap: nt !== null }),
    }
  })
}

export async function writeDirectories(writing: Writing): Promise<readonly Said[]> {
  const { kysely, seal, secret, attach } = writing
  const rows = await kysely.selectFrom('staff.directory').selectAll().orderBy('name').execute()
  return rows.map((row) => ({
    name: row.name,
    ...{ url: row.urls, start_tls: row.start_tls },
    ...said({
      ca:
        row.ca_pem &&
        attach(`directories/${fileNameOf(row.name)}-ca.pem`, PEM, Buffer.from(row.ca_pem)),
    }),
    ...{ base_dn: row.base_dn, bind_dn: row.bind_dn },
    bind_password: secret(
      'directories.*.bind_password',
      openSecret(seal, row.bind_password, `directory:${row.name}`),
    ),
    ...said({ kind: row.kind, realms: row.realms, users: row.user_filter }),
    groups: {
      ...said({ base_dn: row.groups_base_dn }),
      ...{ from: row.groups_from, nested: row.groups_nested },
    },
    last_good: withoutDays(row.last_good_seconds),
    ...said({ nt_hash: row.nt_hash_attribute }),
  }))
}

/** This length of time has no days: `24h`. */
function withoutDays(seconds: number): string {
  if (seconds === 0) return '0'
  return seconds % 3600 === 0 ? `${seconds / 3600}h` : `${Math.ceil(seconds / 60)}m`
}

export async function writeHomeServers(writing: Writing): Promise<readonly Said[]> {
  const { kysely, seal, secret, attach } = writing
  const rows = await kysely.selectFrom('staff.home_server').selectAll().orderBy('name').execute()
  return rows.map((row) => {
    const beside = (what: string, text: string): string =>
      attach(`home-servers/${fileNameOf(row.name)}-${what}.pem`, PEM, Buffer.from(text))
    const key =
      row.key_pem &&
      secret(
        'home_servers.*.radsec.key',
        openSecret(seal, row.key_pem, `home-server-key:${row.name}`),
      )
    return {
      ...{ name: row.name, address: row.address, port: row.port },
      ...said({
        accounting_port: row.accounting_port,
        secret:
          row.secret &&
          secret('home_servers.*.secret', openSecret(seal, row.secret, `home-server:${row.name}`)),
        radsec: said({
          name: row.tls_name,
          ca: row.ca_pem && beside('ca', row.ca_pem),
          certificate: row.certificate_pem && beside('certificate', row.certificate_pem),
          key: key && beside('key', key),
        }),
      }),
      message_authenticator: row.signs_replies ? 'required' : 'optional',
      status_server: row.status_server,
    }
  })
}

export async function writeRealms({ kysely }: Writing): Promise<readonly Said[]> {
  const rows = await kysely.selectFrom('staff.realm').selectAll().orderBy('realm').execute()
  return rows.map(({ realm, servers, ...row }) => ({
    realm,
    ...(servers.length === 0 ? { local: true } : { servers }),
    ...said(row),
  }))
}

export async function writeDeviceCas({ kysely, attach }: Writing): Promise<readonly Said[]> {
  const rows = await kysely.selectFrom('staff.device_ca').selectAll().orderBy('name').execute()
  const revoked = Map.groupBy(
    await kysely.selectFrom('staff.revoked_certificate').selectAll().orderBy('serial').execute(),
    (row) => row.device_ca,
  )
  return rows.map(({ name, chain_pem: pem, name_from, names, groups, device }) => ({
    name,
    file: attach(`device-ca/${fileNameOf(name)}.pem`, PEM, Buffer.from(pem)),
    ...{ name_from, names },
    ...said({ groups, device, revoked: revoked.get(name)?.map(({ serial }) => serial) }),
  }))
}

/** Those that somebody made for a till of his own end with him, as his other devices do: no file brings them back. */
export async function writeDeviceKeys({ kysely, seal, secret }: Writing): Promise<readonly Said[]> {
  const rows = await kysely
    .selectFrom('staff.device_key')
    .selectAll()
    .select((eb) => [
      eb.cast<string | null>('mac', 'text').as('mac'),
      eb.cast<string | null>('until', 'text').as('until'),
    ])
    .where('label', 'is', null)
    .orderBy('name')
    .execute()
  return rows.map(({ name, owner, kind, groups, ssid, devices, ...row }) => ({
    ...{ name, owner, kind, ssid },
    passphrase: secret(
      'device_keys.*.passphrase',
      openSecret(seal, row.passphrase, deviceKeyContext.passphrase(name)),
    ),
    ...{ devices, ...said({ groups, site: row.site, association: row.association, mac: row.mac }) },
    ...said({ until: row.until, managed: managed(row.declared) }),
  }))
}

export async function writeRoles({ kysely }: Writing): Promise<readonly Said[]> {
  const rows = await kysely
    .selectFrom('house.role_grant')
    .select(['subject', 'role', 'associations', 'sites', 'declared'])
    .select((eb) => eb.cast<string | null>('until', 'text').as('until'))
    .orderBy('subject')
    .orderBy('role')
    .execute()
  return rows.map(({ subject, role, associations, sites, until, declared }) => ({
    ...{ subject, role },
    ...said({ associations, sites, until, managed: managed(declared) }),
  }))
}

/** Undefined: nothing of it was declared. */
export async function writeSignIn({ kysely, seal, secret }: Writing): Promise<Said | undefined> {
  const rows = await kysely
    .selectFrom('staff.sign_in_provider')
    .selectAll()
    .orderBy('position')
    .execute()
  const garden = await kysely
    .selectFrom('staff.walled_garden_name')
    .selectAll()
    .orderBy('name')
    .execute()
  return {
    providers: rows.map((row) => ({
      ...{ name: row.name, label: row.label, issuer: row.issuer, client_id: row.client_id },
      ...said({
        client_secret:
          row.client_secret &&
          secret(
            'sign_in.providers.*.client_secret',
            openSecret(seal, row.client_secret, providerContext(row.name)),
          ),
      }),
      scopes: row.scopes,
      claims: {
        ...{ account: row.account_claim, name: row.name_claim },
        ...{ mail: row.mail_claim, groups: row.groups_claim },
      },
    })),
    walled_garden: garden.map(({ name }) => name),
  }
}

/** Undefined: nothing of it was declared. */
export async function writeEnrolment({ kysely }: Writing): Promise<Said | undefined> {
  const [row] = await kysely
    .selectFrom('house.enrolment')
    .select(['realm', 'ssids', 'days', 'passwords', 'things', 'reminders'])
    .execute()
  if (row === undefined) return undefined
  const { realm, ssids, days, passwords, things, reminders } = row
  return {
    ...said({ realm, ssids, things, reminders }),
    valid: lengthOfTime(days * 86_400),
    passwords,
  }
}
