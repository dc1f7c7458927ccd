/**
 * Who may do what in the database: a role for each part, none of which can log in. A part's pool takes
 * its role on as it connects. Whoever ran the migrations owns everything that nobody else does.
 */
export const DATABASE_ROLES = [
  'portal',
  'radius',
  'dns',
  'jobs',
  'operator',
  'admin',
  'inventory',
] as const
/**
 * `operator` is what an administrator's `logs search|export|verify|hold` run as; `admin` a transaction of the
 * administration, which sees rows by association (db/admin/as-admin.ts); `inventory` the job that makes places as
 * NetBox has them, and nothing else of the jobs.
 */
export type DatabaseRole = (typeof DATABASE_ROLES)[number]

/** Roles are the cluster's: databases of it that stand side by side share them, each with its own grants. */
export function roleName(role: DatabaseRole): string {
  return `accueil_${role}`
}

/** Only who owns a table can detach and drop its days: these, and all their days, are the jobs'. */
export const OWNED_BY_JOBS = ['log.connection_row', 'log.former_address'] as const

/** Privileges as GRANT has them: `select, insert (a, b)`. A role that is not named has none. */
export type Rights = Readonly<Partial<Record<DatabaseRole, string>>>

/**
 * Every schema, table, view, sequence and function of ours; one that is missing here fails a test. What
 * a role does not have here is taken from it at each migration, and PUBLIC has nothing.
 *
 * The sequence of an identity column is not named: it goes with INSERT on its table.
 */
export const GRANTS: Readonly<Record<string, Rights>> = {
  // The migrations that have run: each process looks whether the database is of its version.
  'public.kysely_migration': {
    portal: 'select',
    radius: 'select',
    dns: 'select',
    jobs: 'select',
    operator: 'select',
    admin: 'select',
    inventory: 'select',
  },
  // And what they took from processes of the version before.
  'house.upgrade': {
    portal: 'select',
    radius: 'select',
    dns: 'select',
    jobs: 'select',
    operator: 'select',
    admin: 'select',
    inventory: 'select',
  },

  // What is declared.
  house: {
    portal: 'usage',
    radius: 'usage',
    dns: 'usage',
    jobs: 'usage',
    operator: 'usage',
    admin: 'usage',
    inventory: 'usage',
  },
  'house.organisation': { portal: 'select', operator: 'select', jobs: 'select (name, timezone)' },
  'house.association': { admin: 'select', inventory: 'select, insert' },
  'house.site': {
    portal: 'select',
    inventory: 'select, insert, update, delete',
    radius: 'select',
    dns: 'select',
    jobs: 'select (code, name, association, timezone)',
    operator: 'select',
    admin:
      'select, insert (code, name, association, timezone, postal_address, declared), update (name, association, timezone, postal_address, declared)',
  },
  'house.network': {
    portal: 'select',
    inventory: 'select, insert, update, delete',
    radius: 'select',
    dns: 'select',
    operator: 'select',
    // What is taken away by mistake comes back whole, with what the files alone say of it.
    admin: 'select, insert, update, delete',
  },
  // With the sealed secrets: the portal checks signatures with them, the RADIUS server packets.
  'house.gateway': {
    portal: 'select',
    inventory: 'select, insert, update, delete',
    radius: 'select',
    operator: 'select (name, site, address, message_authenticator)',
    admin:
      'select (name, site, address, kind, vendor, radsec_certificate, radsec_name, coa_port, message_authenticator, fas_level), insert, update (radsec_certificate, address, kind, vendor, coa_port, message_authenticator, fas_level, fas_key), delete',
  },
  // How each gateway was seen to sign; an operator may let one go back on what was learned.
  'house.gateway_posture': {
    radius: 'select, insert, update',
    operator: 'select, update (enforced_at)',
    admin: 'select, update (enforced_at)',
  },
  // When it sent somebody to the portal.
  'house.gateway_arrival': { portal: 'select, insert, update', admin: 'select' },
  // What the kinds are told, sealed, is for the portal; which access list or role, for the RADIUS server.
  'house.gateway_settings': {
    portal: 'select',
    radius: 'select (gateway, captive)',
    admin: 'select (gateway)',
    inventory: 'select, insert, update, delete',
  },
  'house.authority': { radius: 'select', inventory: 'select' },
  'house.inventory': {
    portal: 'select (webhook_secret)',
    jobs: 'select (url)',
    admin: 'select (url)',
    inventory: 'select',
  },
  'house.inventory_site': { inventory: 'select, insert, delete' },
  'house.inventory_state': {
    jobs: 'select, insert, update',
    admin: 'select',
    inventory: 'select, insert, update',
  },
  'house.accept_inventory()': { admin: 'execute' },
  // The table itself, sealed, is for the role that makes places.
  'house.site_import': {
    jobs: 'select (made_at, read_at, accepted_by, done_at)',
    admin:
      'select (id, file, made_at, made_by, read_at, places, problems, problem_count, changes, change_count, notes, changes_sha256, accepted_by, done_at), insert (file, content, made_by), update (accepted_sha256, accepted_by, reason), delete',
    inventory: 'select, update, delete',
  },
  // Which version is in force: a grant for another one lets nobody in.
  'house.terms': {
    portal: 'select',
    radius: 'select (version, effective)',
    admin: 'select, insert (version, effective, declared, made_by), update (effective), delete',
  },
  'house.terms_text': { portal: 'select', admin: 'select, insert, delete' },
  'house.keep_terms()': {},
  'house.keep_terms_text()': {},
  // The jobs fetch what has an address.
  'house.list': {
    dns: 'select',
    jobs: 'select, update (sha256, content)',
    operator: 'select (name, category, blocks, sha256, made_by)',
    admin:
      'select (name, category, blocks, sha256, made_by), insert, update (category, blocks, sha256, content), delete',
    inventory: 'select (name, category, made_by)',
  },
  'house.list_source': {
    jobs: 'select',
    operator: 'select (list, url, folder, allow_private)',
    admin:
      'select (list, url, folder, allow_private, tsig_name, tsig_algorithm), insert (list, url, folder, allow_private), delete',
  },
  'house.list_state': {
    jobs: 'select, insert, update',
    operator:
      'select (list, sha256, syntax, lines, names, unusable, kinds, faults, tried_at, fetched_at, changed_at, error, held_names, held_at, held_sha256)',
    admin:
      'select (list, sha256, syntax, lines, names, unusable, kinds, faults, tried_at, fetched_at, changed_at, error, held_names, held_at, held_sha256, held_content), update (tried_at, error, changed_at, names, held_sha256, held_names, held_at, held_content), delete',
  },
  'house.rule': { dns: 'select', admin: 'select, insert, update, delete' },
  // Who has which role; an operator's command looks up whether somebody may approve a pack.
  'house.role_grant': {
    portal: 'select',
    operator: 'select',
    admin:
      'select, insert (subject, role, associations, sites, until, declared, made_by), update (until, declared), delete',
  },
  'house.network_is_used()': { admin: 'execute' },
  'house.in_reach()': { admin: 'execute' },
  'house.grant_in_reach()': { admin: 'execute' },
  // Of people it says who has both halves of a pack, and who is behind a role that is within reach; no more.
  'house.with_both_halves()': {},
  'house.role_conflicts()': { admin: 'execute' },
  'house.role_holders()': { admin: 'execute' },
  'house.keep_apart()': {},
  'house.keep_national()': {},
  'house.folded()': { admin: 'execute' },
  'house.answered_request': { admin: 'select, insert, delete' },
  'house.filter': { dns: 'select', admin: 'select', inventory: 'select' },
  'house.filter_device': { dns: 'select', operator: 'select', inventory: 'select' },
  'house.filter_lift': { dns: 'select', jobs: 'select (ends_at), delete', admin: 'select' },
  // How much was filtered; nothing of whom.
  'house.filter_count': {
    dns: 'select, insert, update',
    jobs: 'select, delete',
    admin: 'select',
  },
  'house.hour_count': { jobs: 'select, insert, update, delete', admin: 'select' },
  'house.filter_hour': { jobs: 'select, insert, delete', admin: 'select' },
  // The names of one device while its window is open; they go with it.
  'house.filter_window': {
    dns: 'select (id, site, network, address, device, ends_at)',
    jobs: 'select, delete',
    operator: 'select, insert, delete',
  },
  'house.filter_window_name': { dns: 'select (window_id), insert', operator: 'select' },
  // Which of its tokens a place has; the tokens themselves are made with the house's key.
  'house.dns_token': { dns: 'select', portal: 'select', operator: 'select' },
  'house.policy': { radius: 'select', portal: 'select' },
  // The portal says to guests on what the record rests.
  'house.legal_basis': { portal: 'select', jobs: 'select' },
  'house.publish_target': { jobs: 'select' },
  'house.retention': { jobs: 'select' },
  'house.job': { jobs: 'select, insert, update', operator: 'select', admin: 'select' },
  // The portal for the webhook of the inventory.
  'house.ask_job()': { portal: 'execute', operator: 'execute', admin: 'execute' },
  'house.announce()': {},
  // Each process tells of itself alone.
  'house.process': { admin: 'select' },
  'house.note_process()': { portal: 'execute', radius: 'execute', dns: 'execute', jobs: 'execute' },
  'house.end_process()': { portal: 'execute', radius: 'execute', dns: 'execute', jobs: 'execute' },
  'house.database_health()': { admin: 'execute' },

  // What the security desk is told of: written by triggers, with what it tells of; sent by the jobs.
  'house.alert': {
    jobs: 'select, delete',
    admin: 'select',
  },
  'house.opening': { inventory: 'select, insert, update, delete' },
  'house.alert_channel': {
    jobs: 'select',
    admin:
      'select (name, kind, host, kinds, associations, quiet_hours, timezone, language, position, since)',
  },
  'house.alert_delivery': { jobs: 'select, insert, update', admin: 'select' },
  // Of a broken chain nobody writes a row.
  'house.raise_alert()': { jobs: 'execute', operator: 'execute' },
  // Of links alone, and of gateways that there are.
  'house.tell_forged_links()': { portal: 'execute' },
  'house.is_open()': {},
  'house.alert_of_audit()': {},
  'house.alert_of_role()': {},
  'house.alert_of_logins()': {},
  'house.alert_of_gateway()': {},

  // What people ask to have unblocked: the portal adds to it, whoever decides reads it.
  'house.unblock_request': {
    jobs: 'select (at), delete',
    operator: 'select',
    admin: 'select, delete',
  },
  'house.unblock_answer': { jobs: 'select (at), delete', admin: 'select, insert' },
  'house.ask_unblock()': { portal: 'execute' },

  // Sessions that are to end: who asks is told by functions, who sends sees what it needs to send.
  'house.disconnect': {
    // Of the gateways whose controller it can tell.
    portal:
      'select (id, gateway, mac, account, asked_at, taken_at, outcome, form), update (taken_by, taken_at, outcome, error_cause, form, ended_at)',
    radius:
      'select (id, gateway, mac, account, asked_at, taken_at, outcome, form), update (taken_by, taken_at, outcome, error_cause, form, ended_at)',
    jobs: 'select (asked_at), delete',
  },
  'house.disconnect_form': { portal: 'select', radius: 'select, insert, update' },
  'house.ask_disconnect()': { portal: 'execute', operator: 'execute', admin: 'execute' },
  'house.disconnect_outcomes()': { portal: 'execute', operator: 'execute', admin: 'execute' },
  'house.ask_again()': { portal: 'execute' },
  'house.announce_disconnect()': {},

  // Tokens of the API. Made and ended through functions that write the audit; whoever serves looks none up.
  'house.api_token': {
    operator:
      'select (name, actor, scopes, associations, made_with, created_at, created_by, ends_at, used_at, revoked_at, revoked_by)',
    admin:
      'select (name, actor, scopes, associations, made_with, created_at, created_by, ends_at, used_at, revoked_at, revoked_by)',
  },
  'house.use_api_token()': { portal: 'execute' },
  'house.create_api_token()': { operator: 'execute' },
  'house.revoke_api_token()': { operator: 'execute' },
  'house.give_api_token()': { admin: 'execute' },
  'house.end_api_token()': { admin: 'execute' },
  'house.token_rights()': { portal: 'execute' },

  // Who staff are: passwords' hashes, and the key of the 802.1X certificate.
  staff: {
    portal: 'usage',
    radius: 'usage',
    dns: 'usage',
    jobs: 'usage',
    operator: 'usage',
    admin: 'usage',
  },
  // Of the whole house or nothing, and no secret.
  'staff.devices_shown()': { admin: 'execute' },
  'staff.end_device()': { admin: 'execute' },
  'staff.generations_shown()': { admin: 'execute' },
  'staff.server_certificates_shown()': { admin: 'execute' },
  // Who approves a pack may prove by the password of an account who he is.
  'staff.account': { radius: 'select', operator: 'select (username, password_hash, groups)' },
  'staff.others_than_accounts()': { jobs: 'execute' },
  // Of one account, whose name somebody typed: the portal can list none.
  'staff.sign_in_account()': { portal: 'execute' },
  // With the sealed password of the service account.
  'staff.directory': { portal: 'select', radius: 'select', jobs: 'select' },
  // With the sealed secret by which an identity provider knows us.
  'staff.sign_in_provider': {
    portal: 'select',
    radius: 'select (issuer)',
    dns: 'select (issuer)',
    operator: 'select (issuer)',
  },
  'staff.walled_garden_name': {
    portal: 'select',
    radius: 'select',
    dns: 'select',
    operator: 'select',
  },
  // Who signed in, and where they still are: of a session, the hash of what the browser shows.
  'staff.person': {
    portal: 'select, insert, update',
    radius: 'select (account, state, state_reason, state_since, groups, changed_at)',
    jobs: 'select, insert, update, delete',
  },
  // Groups as an identity provider tells them.
  'staff.person_group': { portal: 'select, insert, update, delete' },
  'staff.person_group_member': { portal: 'select, insert, delete' },
  // Sessions end and gateways are asked by the row that says who leaves, whoever writes it.
  'staff.send_away()': {},
  'staff.person_changed()': {},
  'staff.account_changed()': {},
  'staff.session': {
    portal: 'select, insert, update, delete',
    jobs: 'select (ends_at, seen_at), delete',
  },
  // Sealed; which code counted last is written with each sign-in.
  'staff.second_factor': { portal: 'select, insert, update, delete' },
  'staff.passkey': { portal: 'select, insert, update, delete' },
  'staff.recovery_code': { portal: 'select, insert, delete' },
  // With the sealed secrets and keys, as `house.gateway`.
  'staff.home_server': { radius: 'select' },
  'staff.realm': { radius: 'select' },
  'staff.proxy_identity': { radius: 'select' },
  'staff.certificate': { radius: 'select, insert, update' },
  'staff.device_ca': { radius: 'select' },
  'staff.revoked_certificate': { radius: 'select' },
  // The RADIUS server makes the first; the portal signs devices with the key below the root, and never sees the root's.
  'staff.authority': {
    portal: 'select (generation, root_pem, issuing_pem, issuing_key, server_from, made_at)',
    radius: 'select, insert',
  },
  // Which devices have a credential of their own. Their owners are served by the portal.
  'staff.device': {
    portal: 'select, insert, update',
    radius: 'select, update (last_seen_on)',
    jobs: 'select (id, account, name, ends_at, revoked_at), delete',
  },
  'staff.device_certificate': {
    portal: 'select, insert',
    radius: 'select',
    jobs: 'select (device, ends_at)',
  },
  // Devices without 802.1X that their owners let into the internal network, for hours, and those that were shown the page.
  'staff.internal_grant': {
    portal: 'select, insert, update',
    radius: 'select',
    jobs: 'select (until), delete',
  },
  'staff.internal_arrival': {
    portal: 'select, insert, update, delete',
    jobs: 'select (seen_at), delete',
  },
  'staff.announce_internal_grant()': {},
  'staff.end_internal_grants()': { portal: 'execute' },
  'staff.announce_device()': {},
  'staff.device_reminder': { jobs: 'select, insert' },
  'house.enrolment': { portal: 'select', jobs: 'select (reminders)' },
  // With the sealed passphrases: an access point is told them. Who uses one first is bound to it.
  // The pages make keys and never read a passphrase again.
  'staff.device_key': {
    radius: 'select',
    portal:
      'select (name, owner, kind, site, association, ssid, mac, devices, until, declared, made_at, label), insert, delete',
  },
  'staff.device_key_mac': {
    radius: 'select, insert, update (device_key, bound_at)',
    portal: 'select (mac, device_key)',
  },
  'staff.announce_device_key()': {},
  // TLS sessions of those who were let in, for any process to resume; each deletes what is over.
  'staff.eap_session': { radius: 'select, insert, delete' },

  // From which devices accounts came in, as digests; each process deletes what is a month old.
  'staff.known_device': { radius: 'select, insert, update, delete' },

  // What guests accepted.
  guest: { portal: 'usage', radius: 'usage', jobs: 'usage', admin: 'usage' },
  'guest.acceptance': {
    // To find the device behind an address; not to read what else is known of it.
    portal: 'select (mac, site, ip, at), insert',
    jobs: 'select (mac, at), delete',
  },
  'guest.access': {
    portal: 'select, insert, update',
    radius: 'select',
    jobs: 'select, delete',
  },
  // The only ways to acceptances: those of one device, for the device itself; one, for who has its code.
  'guest.kept_about()': { portal: 'execute' },
  'guest.receipt()': { portal: 'execute' },
  // How many, of whom nothing.
  'guest.acceptances_of()': { admin: 'execute' },
  'guest.announce()': {},
  // What waits for gateways that poll, and passwords for one use: gone when used, or soon after.
  'guest.opening': {
    portal: 'select, insert, update (done_at), delete',
    jobs: 'select (expires_at), delete',
  },
  'guest.announce_opening()': {},
  'guest.waiting': {
    portal: 'select, insert, update (gateway, device, seen_at), delete',
    jobs: 'select (seen_at), delete',
  },
  'guest.credential': {
    portal: 'insert',
    jobs: 'select (expires_at), delete',
  },
  'guest.take_credential()': { radius: 'execute' },

  // The log. Who serves appends to the journal, and can neither read nor change what was written.
  log: {
    portal: 'usage',
    radius: 'usage',
    jobs: 'usage, create',
    operator: 'usage',
    admin: 'usage',
  },
  'log.journal': {
    portal: 'insert (events, content)',
    radius: 'insert (events, content)',
    jobs: 'select, delete',
    // How much waits, not what.
    operator: 'select (id, made_at, events)',
  },
  // These are the jobs' own.
  'log.connection_row': {},
  'log.former_address': {},
  'log.origin': { jobs: 'select, insert' },
  'log.account': { jobs: 'select, insert (name), update (last_day, leaving_at), delete' },
  'log.cause': { jobs: 'select, insert' },
  'log.terms': { jobs: 'select, insert' },
  'log.basis': { jobs: 'select, insert' },
  // What the rows mean: for the functions and views of the owner.
  'log.connection': {},
  'log.id_head()': { jobs: 'execute' },
  'log.id_tail()': { jobs: 'execute', operator: 'execute' },
  'log.connection_id()': { jobs: 'execute', operator: 'execute' },
  'log.connection_of()': { jobs: 'execute' },
  'log.times_of()': { jobs: 'execute' },
  'log.ms_between()': { jobs: 'execute' },
  'log.session': { jobs: 'select, insert, update, delete' },
  // Of places within the transaction's reach alone.
  'log.live_sessions()': { admin: 'execute' },
  'log.live_counts()': { admin: 'execute' },
  'log.gateway_restart': { jobs: 'select, insert, delete' },
  'log.quarantine': {
    jobs: 'select, insert (id, gateway, content, reason), update (reason), delete',
  },

  // A search is opened, which writes the audit, and read page by page: there is no other way in.
  'log.open_search()': { operator: 'execute' },
  'log.search_page()': { operator: 'execute' },
  'log.search_conditions()': {},
  'log.search_statement()': {},
  'log.days_to_read()': {},
  // The same for a program, as far as its token goes.
  'log.open_search_by_token()': { operator: 'execute' },
  'log.search_page_by_token()': { operator: 'execute' },
  'log.token_search()': {},
  'log.within_token()': {},
  'log.named_hashes()': {},

  // How logins were answered: read by what a line in the audit says, by whoever may look or shows a token.
  'log.login': {
    radius:
      'insert (first_at, last_at, count, site, gateway, network, mac, account, name_withheld, outcome, reason, method, inner_method, tls_version, cipher, tls_alert, resumed, serial, rounds, answerer, directory, answered_ms, rule, vlan, session_seconds)',
    jobs: 'select (last_at, site, reason, count), delete',
  },
  'log.logins_kept_from()': { jobs: 'execute' },
  'log.login_search()': {},
  'log.open_login_search()': { operator: 'execute' },
  'log.login_page()': { operator: 'execute' },
  'log.gateways_heard()': { operator: 'execute' },
  'log.token_login_search()': {},
  'log.open_login_search_by_token()': { portal: 'execute' },
  'log.login_page_by_token()': { portal: 'execute' },
  'log.gateways_heard_by_token()': { portal: 'execute' },

  // Seals. Who checks them sees digests of rows, not rows.
  'log.seal': {
    // UPDATE for its lock and for dropped_at: who holds the key could remake a seal anyway.
    jobs: 'select, insert, update',
    operator: 'select',
  },
  'log.seal_leaf': { jobs: 'select, insert, delete', operator: 'select' },
  'log.seal_published': { jobs: 'select, insert' },
  'log.sealing_key': { jobs: 'select, insert', operator: 'select, insert' },
  // Replacing a key is for the owner.
  'log.key_change': { jobs: 'select', operator: 'select' },
  'log.closed_day': { jobs: 'select, insert, update, delete' },
  'log.late_change': { jobs: 'select, delete' },
  // Written by the trigger alone.
  'log.amendment': { jobs: 'select (day, made_on), update (before, after), delete' },
  'log.amendment_n': {},
  'log.canonical()': {},
  // Each day that is made gets the trigger, which takes the right to its function.
  'log.note_amendment()': { jobs: 'execute' },
  'log.row_hash()': { jobs: 'execute', operator: 'execute' },
  'log.connection_hash': { jobs: 'select', operator: 'select' },
  'log.former_address_hash': { jobs: 'select', operator: 'select' },
  'log.amendment_hash': { jobs: 'select', operator: 'select' },

  // Holds, and the packs that two people agree on.
  'log.hold': {
    jobs: 'select, update (ended_by, ended_at), delete',
    operator:
      'select, insert (case_ref, reason, criteria, until, made_by), update (ended_by, ended_at)',
  },
  'log.hold_row': { jobs: 'select, delete', operator: 'select' },
  'log.name_held_rows()': { operator: 'execute' },
  'log.held': { jobs: 'select, insert, delete', operator: 'select (hold)' },
  'log.held_alone': { operator: 'select' },
  'log.export_request': {
    jobs: 'select (requested_at, approved_at), delete',
    operator:
      'select, insert (code, case_ref, reason, criteria, requested_by, token), update (approved_by, approved_at)',
  },
  'log.keep_two_people()': {},
  'log.makers_of_token()': {},
  'log.person_of()': {},

  // Lines are added, at the time that the database gives them. Only the owner could change one; a function
  // ends those that are as old as was declared.
  audit: {
    portal: 'usage',
    jobs: 'usage',
    operator: 'usage',
    admin: 'usage',
    inventory: 'usage',
  },
  'audit.entry': {
    portal: 'insert (actor, action, subject, reason, details)',
    jobs: 'select (at), insert (actor, action, subject, reason, details)',
    inventory: 'insert (actor, action, subject, reason, details, association)',
    operator: 'insert (actor, action, subject, reason, details)',
    admin:
      'select (id, at, actor, action, subject, reason, details, association, n), insert (actor, action, subject, reason, details, association)',
  },
  'audit.digest_of()': {},
  'audit.link_new_lines()': { jobs: 'execute', operator: 'execute' },
  'audit.head()': { jobs: 'execute' },
  'audit.chain_page()': { jobs: 'execute', operator: 'execute' },
  'audit.unlinked()': { operator: 'execute' },
  'audit.anchor': {
    jobs: 'select, insert (n, hash, key_id, signature), update (key_id, signature)',
    operator: 'select',
  },
  'audit.old_before()': { jobs: 'execute' },
  'audit.end_old_lines()': { jobs: 'execute' },
}
