import type { ColumnType, Generated } from 'kysely'
import type { Role } from '#core/rights.ts'
import type { AlertChannelKind } from './alert-channels.ts'
import type { GatewayKind } from './gateway-kinds.ts'
import type { GatewayVendor, SigningRule } from './gateways.ts'
import type { Proof } from './policies.ts'
import type { GivenByHome } from './proxying.ts'

/** The columns that Kysely queries touch; the migrations are the truth. */
export interface Tables {
  'house.organisation': OrganisationTable
  'house.association': { code: string; name: string }
  'house.site': SiteTable
  'house.network': NetworkTable
  'house.gateway': GatewayTable
  'house.gateway_posture': { gateway: string; enforced_at: Date | null }
  'house.gateway_settings': GatewaySettingsTable
  'house.authority': { name: string; pem: string; revoked: string[] }
  'house.terms': {
    version: string
    effective: string
    declared_at: Generated<Date>
    declared: Generated<boolean>
    made_by: string | null
  }
  'house.terms_text': TermsTextTable
  'house.legal_basis': LegalBasisTable
  'house.list': ListTable
  'house.list_source': ListSourceTable
  'house.list_state': { list: string }
  'house.rule': RuleTable
  'house.filter': FilterTable
  'house.filter_device': FilterDeviceTable
  'house.filter_lift': FilterLiftTable
  'house.dns_token': DnsTokenTable
  'house.filter_window': FilterWindowTable
  'house.filter_window_name': FilterWindowNameTable
  'house.policy': PolicyTable
  'staff.account': AccountTable
  'staff.certificate': CertificateTable
  'staff.device': EnrolledDeviceTable
  'staff.device_certificate': DeviceCertificateTable
  'house.enrolment': EnrolmentTable
  'staff.directory': DirectoryTable
  'staff.sign_in_provider': SignInProviderTable
  'staff.walled_garden_name': { name: string }
  'staff.person': PersonTable
  'staff.person_group': PersonGroupTable
  'staff.person_group_member': { person_group: string; person: string }
  'staff.session': SessionTable
  'staff.second_factor': SecondFactorTable
  'staff.recovery_code': { username: string; digest: Uint8Array }
  'staff.home_server': HomeServerTable
  'staff.realm': RealmTable
  'staff.proxy_identity': { only_one: boolean; tag: string }
  'staff.device_ca': DeviceCaTable
  'staff.revoked_certificate': { device_ca: string; serial: string }
  'staff.device_key': DeviceKeyTable
  'staff.device_key_mac': DeviceKeyMacTable
  'staff.known_device': { account: Uint8Array; device: Uint8Array; seen_on: string }
  'staff.eap_session': { id: Uint8Array; sealed: string; expires_at: Date }
  'house.publish_target': { kind: 'file' | 'url'; target: string }
  'house.retention': { id: Generated<number>; audit_days: number; login_days: number }
  'house.role_grant': RoleGrantTable
  'house.inventory': InventoryTable
  'house.alert_channel': AlertChannelTable
  'house.opening': OpeningTable
  'audit.entry': AuditTable
}

interface OrganisationTable {
  id: Generated<number>
  name: string
  contact: string
  colour: string
  timezone: Generated<string>
  logo: Uint8Array | null
  logo_type: string | null
  controller: string | null
  privacy_contact: string | null
  dpo: string | null
  accessibility_contact: string | null
  audit_by: string | null
  audit_on: string | null
  audit_percent: number | null
  not_accessible: Generated<string[]>
}

interface SiteTable {
  code: string
  name: string
  association: string
  timezone: string
  /** As on a letter. */
  postal_address: string | null
  provisional: Generated<boolean>
  /** By the files of apply, not on a page. */
  declared: Generated<boolean>
}

interface NetworkTable {
  site: string
  kind: 'guest' | 'staff'
  vlan: number | null
  grant_seconds: number
  subnets: string[]
  nat_address: string | null
  nat_first_port: number | null
  nat_last_port: number | null
  nat_ports_each: number | null
  ssid: string | null
  captive_ssid: string | null
  captive_gateways: Generated<string[]>
  captive_vlan: number | null
  captive_grant_seconds: number | null
  captive_random_mac_seconds: number | null
}

interface GatewayTable {
  name: string
  site: string
  address: string | null
  /** Sealed, context `gateway:NAME`. */
  secret: string
  kind: GatewayKind
  fas_level: number | null
  /** Sealed, context `fas:NAME`. */
  fas_key: string | null
  /** SHA-256 of the certificate, lower-case hex. */
  radsec_certificate: string | null
  radsec_name: string | null
  radsec_authority: string | null
  /** Sealed, context `radsec:NAME`. */
  radsec_psk: string | null
  coa_port: number | null
  /** Sealed, context `coa:NAME`. */
  coa_secret: string | null
  vendor: Generated<GatewayVendor>
  /** Sealed, context `former:NAME`. */
  former_secret: string | null
  former_secret_until: ColumnType<Date | null, string | null | undefined, string | null>
  message_authenticator: Generated<SigningRule>
}

interface GatewaySettingsTable {
  gateway: string
  /** Sealed, context `settings:GATEWAY`. */
  settings: string
  captive: string | null
  revokes: boolean
}

interface TermsTextTable {
  version: string
  language: string
  markdown: string
  sha256: string
}

interface LegalBasisTable {
  id: string
  text: string
  network: 'guest' | 'staff' | null
  starts_on: string
  /** The last day, which counts. */
  ends_on: string | null
}

interface ListTable {
  name: string
  category: string
  blocks: string[]
  sha256: string
  /** The file as it was given, zstd. */
  content: Uint8Array
  made_by: Generated<'declaration' | 'command'>
}

interface ListSourceTable {
  list: string
  url: string
  folder: string | null
  allow_private: boolean
  tsig_name: string | null
  tsig_algorithm: string | null
  /** Sealed. */
  tsig_secret: string | null
}

interface RuleTable {
  id: Generated<string>
  action: 'block' | 'allow'
  domain: string
  network: 'guest' | 'staff' | null
  site: string | null
  association: string | null
  until: Date | null
  note: string | null
  declared: Generated<boolean>
  made_by: string | null
}

interface FilterTable {
  id: Generated<string>
  association: string | null
  site: string | null
  device: string | null
  network: 'guest' | 'staff' | null
  position: number
  hours: string[]
  block: string[]
  allow: string[]
  trust: string[]
  imposed: string[]
  answer: 'nxdomain' | 'nodata' | 'zero' | 'page' | null
  answers: string[]
  page: string[]
  safe_search: boolean | null
  bypass: 'closed' | 'open' | null
  asked: boolean
  addresses: string[]
  private_names: string[]
  internal: string[]
  forward: Generated<string[]>
  always: string[]
}

interface FilterDeviceTable {
  site: string
  network: 'guest' | 'staff'
  name: string
  mac: string | null
}

interface FilterLiftTable {
  id: Generated<string>
  association: string | null
  site: string | null
  network: 'guest' | 'staff' | null
  subject: string | null
  starts_at: Generated<Date>
  ends_at: Date
  made_by: string
  reason: string
}

interface DnsTokenTable {
  site: string
  network: 'guest' | 'staff'
  device: string
  version: number
  former_until: Date
}

interface FilterWindowTable {
  id: Generated<string>
  site: string
  network: 'guest' | 'staff'
  address: string | null
  device: string | null
  reason: string
  made_by: string
  starts_at: Generated<Date>
  ends_at: Date
}

interface FilterWindowNameTable {
  id: Generated<string>
  window_id: string
  at: Date
  name: string
  type: number
  category: string | null
}

interface PolicyTable {
  name: string
  position: number
  network: 'guest' | 'staff' | null
  groups: string[]
  associations: string[]
  sites: string[]
  hours: string[]
  proofs: Proof[]
  devices: string[]
  vlan: number | null
  session_seconds: number | null
  down_kbit: number | null
  up_kbit: number | null
  filter: string | null
  redirect: string | null
  refusal: string | null
}

interface AccountTable {
  username: string
  /** PHC string of argon2id. */
  password_hash: string
  groups: string[]
  /** Sealed, context `nt-hash:USERNAME`. */
  nt_hash: string | null
}

interface DeviceCaTable {
  name: string
  chain_pem: string
  name_from: 'cn' | 'email' | 'dns' | 'upn'
  names: 'account' | 'device'
  groups: string[]
  device: string | null
}

interface EnrolledDeviceTable {
  id: string
  account: string
  name: string
  kind: string
  how: 'oidc' | 'ldap' | 'local'
  groups: string[]
  credential: 'certificate' | 'password'
  /** SHA-256. */
  secret: Uint8Array | null
  generation: number
  ends_at: Date
  created_at: Generated<Date>
  last_seen_on: string | null
  revoked_at: Date | null
  revoked_by: string | null
  revoked_why: string | null
}

interface DeviceCertificateTable {
  serial: string
  device: string
  generation: number
  ends_at: Date
  issued_at: Generated<Date>
}

interface EnrolmentTable {
  id: Generated<number>
  realm: string | null
  ssids: string[]
  days: number
  passwords: boolean
  things: string | null
  reminders: string | null
}

interface DeviceKeyTable {
  name: string
  owner: string
  kind: string
  groups: string[]
  site: string | null
  association: string | null
  ssid: string
  mac: string | null
  devices: number
  until: string | null
  /** Sealed, context `device-key:NAME`. */
  passphrase: string
  /** Sealed, context `device-pmk:NAME`. */
  pmk: string
  declared: boolean
  made_at: Generated<Date>
  label: Generated<string | null>
  owner_how: Generated<'oidc' | 'ldap' | 'local' | null>
}

interface DeviceKeyMacTable {
  ssid: string
  mac: string
  device_key: string
  bound_at: Generated<Date>
}

interface CertificateTable {
  name: string
  chain_pem: string
  ca_pem: string
  /** Sealed, context `certificate:NAME`. */
  key_pem: string
}

interface DirectoryTable {
  name: string
  urls: string[]
  start_tls: boolean
  ca_pem: string | null
  base_dn: string
  bind_dn: string
  /** Sealed, context `directory:NAME`. */
  bind_password: string
  kind: 'openldap' | 'active-directory' | null
  realms: string[]
  user_filter: string | null
  groups_base_dn: string | null
  groups_from: 'members' | 'memberOf'
  groups_nested: boolean
  last_good_seconds: number
  nt_hash_attribute: string | null
}

interface SignInProviderTable {
  name: string
  label: string
  issuer: string
  client_id: string
  /** Sealed, context `sign-in:NAME`. */
  client_secret: string | null
  scopes: string[]
  account_claim: string
  name_claim: string
  mail_claim: string
  groups_claim: string
  position: number
}

interface PersonTable {
  id: Generated<string>
  issuer: string
  subject: string
  account: string
  name: string
  mail: string | null
  groups: string[]
  state: Generated<'active' | 'disabled'>
  state_reason: string | null
  state_since: Generated<Date>
  signed_in_at: Date | null
  state_by: Generated<string>
  external_id: string | null
  deleted_at: Date | null
  created_at: Generated<Date>
  changed_at: Generated<Date>
}

interface PersonGroupTable {
  id: Generated<string>
  issuer: string
  name: string
  folded: string
  external_id: string | null
  created_at: Generated<Date>
  changed_at: Generated<Date>
}

interface SessionTable {
  sha256: Uint8Array
  id: Generated<string>
  issuer: string
  subject: string
  account: string
  name: string
  mail: string | null
  groups: string[]
  how: 'oidc' | 'ldap' | 'local'
  second_factor: boolean
  provider: string | null
  provider_session: string | null
  /** Sealed, context `id-token`. */
  id_token: string | null
  browser: string
  opened_at: Date
  signed_in_at: Date
  seen_at: Date
  ends_at: Date
}

interface SecondFactorTable {
  username: string
  /** Sealed, context `totp:USERNAME`. */
  secret: string
  last_step: string | number
  enrolled_at: Date
}

interface HomeServerTable {
  name: string
  address: string
  port: number
  accounting_port: number | null
  /** Sealed, context `home-server:NAME`. */
  secret: string | null
  signs_replies: boolean
  status_server: boolean
  tls_name: string | null
  ca_pem: string | null
  certificate_pem: string | null
  /** Sealed, context `home-server-key:NAME`. */
  key_pem: string | null
}

interface RealmTable {
  realm: string
  servers: string[]
  strip: boolean
  accounting: boolean
  vlan: number | null
  groups: string[]
  gives: GivenByHome[]
  operator: string | null
}

interface InventoryTable {
  id: Generated<number>
  url: string
  /** Sealed, context `inventory-token`. */
  token: string
  /** Sealed, context `inventory-webhook`. */
  webhook_secret: string | null
  ca_pem: string | null
  tag: string | null
  code_from: 'slug' | 'facility' | 'name'
  gateway_role: string
  guest_role: string
  staff_role: string
  most_missing: number
}

interface AuditTable {
  id: Generated<string>
  at: Generated<Date>
  actor: string
  action: string
  subject: string
  reason: string | null
  details: Readonly<Record<string, unknown>>
  association: string | null
}

interface RoleGrantTable {
  id: Generated<string>
  subject: string
  role: Role
  associations: string[] | null
  sites: string[] | null
  until: string | null
  declared: boolean
  made_by: string
  made_at: Generated<Date>
}

interface OpeningTable {
  id: Generated<string>
  site: string | null
  hours: string[]
  /** An int4multirange as text. */
  minutes: string
  timezone: string
}

interface AlertChannelTable {
  name: string
  kind: AlertChannelKind
  /** Sealed, context `alert-channel:NAME`. */
  settings: string
  host: string
  kinds: string[]
  associations: string[]
  quiet_hours: string[]
  timezone: string
  language: 'fr' | 'en'
  position: number
  since: Generated<Date>
}
