import { CRITERIA_USAGE } from './criteria.ts'
import { SCOPE_USAGE } from './filter-scope.ts'
import type { Command } from './run.ts'

/** Every verb. Each loads only what it needs: a search must not wait for the servers' code. */
export const commands: Readonly<Record<string, Command>> = {
  start: {
    usage: '[portal] [radius] [dns] [jobs]',
    summary: 'serve these roles, or all of them',
    run: async (args) => (await import('./start.ts')).runStart(args),
  },
  migrate: {
    usage: '',
    summary: 'bring the database to this version, and exit',
    run: async () => (await import('./migrate.ts')).runMigrate(),
  },
  upgrade: {
    usage: '--check',
    summary: 'what this version will do to the house: steps, locks, settings; changes nothing',
    run: async (args) => (await import('./upgrade.ts')).runUpgrade(args),
  },
  apply: {
    usage: 'FILE… [--dry-run]',
    summary: 'make the house as the YAML files declare it; prints the difference',
    run: async (args) => (await import('./apply.ts')).runApply(args),
  },
  export: {
    usage: '[--out FOLDER | --out FILE.yaml] [--secrets --reason TEXT]',
    summary: 'the present state as YAML that apply takes without a change; recorded',
    run: async (args) => (await import('./export.ts')).runExport(args),
  },
  'logs search': {
    usage: `${CRITERIA_USAGE} --reason TEXT [--json | --csv]`,
    summary: 'who was there and when; the look itself is recorded',
    run: async (args) => (await import('./logs-search.ts')).runLogsSearch(args),
  },
  'logs export': {
    usage: `${CRITERIA_USAGE} --case REF --reason TEXT (--out FILE | --request) [--as ACCOUNT] | --approve CODE [--out FILE] [--as ACCOUNT]`,
    summary: 'the signed pack that answers a requisition; one person asks, another approves',
    run: async (args) => (await import('./logs-export.ts')).runLogsExport(args),
  },
  'logs verify': {
    usage: '[--all | --day D | --published FILE [--offline] | FILE] [--key PUBLIC.pem]',
    summary: 'whether the log, a day of it, or a pack is as it was sealed; names what is not',
    run: async (args) => (await import('./logs-verify.ts')).runLogsVerify(args),
  },
  'logs seal': {
    usage: '[--key | --new-key [--lost] [--reason TEXT]]',
    summary: 'seal the closed days now, as the jobs role does; or print or replace the signing key',
    run: async (args) => (await import('./logs-seal.ts')).runLogsSeal(args),
  },
  'logs quarantine': {
    usage: '[--reason TEXT] | retry [ID…] | drop ID --reason TEXT',
    summary: 'accounting that the database refused: see it, try it again, or let it go',
    run: async (args) => (await import('./logs-quarantine.ts')).runLogsQuarantine(args),
  },
  'logs hold': {
    usage: `add ${CRITERIA_USAGE} --case REF --until DATE --reason TEXT | list [--all] | end CASE`,
    summary: 'keep named rows for a case past their year, until its date',
    run: async (args) => (await import('./logs-hold.ts')).runLogsHold(args),
  },
  'logs purge': {
    usage: '[--dry-run]',
    summary: 'let go of what has lived its time, as the jobs role does; or say what would go',
    run: async (args) => (await import('./logs-purge.ts')).runLogsPurge(args),
  },
  'inventory check': {
    usage: '',
    summary: 'what NetBox would change of the places now; nothing is changed',
    run: async (args) => (await import('./inventory.ts')).runInventoryCheck(args),
  },
  'inventory accept': {
    usage: '--reason TEXT',
    summary:
      'take over what NetBox has, also where so much is gone that it was held back; recorded',
    run: async (args) => (await import('./inventory.ts')).runInventoryAccept(args),
  },
  'jobs list': {
    usage: '[--json]',
    summary: 'what runs once in the fleet: when last, how long, how it went',
    run: async (args) => (await import('./jobs.ts')).runJobsList(args),
  },
  'jobs run': {
    usage: 'NAME [--reason TEXT]',
    summary: 'have a job done now, and say how it went; recorded',
    run: async (args) => (await import('./jobs.ts')).runJobsRun(args),
  },
  'audit verify': {
    usage: '[--head N:HASH]',
    summary: 'whether the audit is as it was written; names the first line that is not',
    run: async (args) => (await import('./audit-verify.ts')).runAuditVerify(args),
  },
  'alerts test': {
    usage: 'CHANNEL',
    summary: 'send a test message to a channel of alerts now, and say what came of it',
    run: async (args) => (await import('./alerts-test.ts')).runAlertsTest(args),
  },
  'radius disconnect': {
    usage: '(--mac M | --user U) [--site C] --reason TEXT',
    summary: 'have the gateways end sessions now, and say what each answered',
    run: async (args) => (await import('./radius-disconnect.ts')).runRadiusDisconnect(args),
  },
  'radius explain': {
    usage: '(--user U | --mac M) [--site C] [--from T] [--to T] --reason TEXT [--json]',
    summary: 'how logins of the last days were answered, why, and what to do; the look is recorded',
    run: async (args) => (await import('./radius-explain.ts')).runRadiusExplain(args),
  },
  'radius gateways': {
    usage: '[--json] | --forget NAME --reason TEXT',
    summary: 'how each gateway signs, when it was heard, what was refused; or let one sign no more',
    run: async (args) => (await import('./radius-gateways.ts')).runRadiusGateways(args),
  },
  'radius decode': {
    usage: '[HEX]',
    summary: 'show a captured RADIUS packet by the names of its attributes',
    run: async (args) => (await import('./radius-decode.ts')).runRadiusDecode(args),
  },
  'tokens create': {
    usage: '--name N --actor A --scope S… [--association CODE…] [--until DATE]',
    summary: 'make a token for the API, and show it once',
    run: async (args) => (await import('./tokens.ts')).runTokensCreate(args),
  },
  'tokens list': {
    usage: '[--json]',
    summary: 'tokens of the API: whose they are, what for, until when, when last used',
    run: async (args) => (await import('./tokens.ts')).runTokensList(args),
  },
  'tokens revoke': {
    usage: 'NAME',
    summary: 'end a token at once',
    run: async (args) => (await import('./tokens.ts')).runTokensRevoke(args),
  },
  'device-keys': {
    usage:
      'create NAME --owner U --kind K --ssid S [--site C | --association C] [--mac M | --devices N] [--group G…] [--until DATE] | list [--site C] | revoke NAME --reason TEXT | release NAME [--mac M]',
    summary: 'pre-shared keys of things without 802.1X; a new one is shown once',
    run: async (args) => (await import('./device-keys.ts')).runDeviceKeys(args),
  },
  ca: {
    usage:
      'show | rotate [--server-from DATE] [--token URI] | move GENERATION --server-from DATE | csr [--out FILE] [--token URI] | install FILE [--server-from DATE] | gateway NAME --out DIR',
    summary: 'the certificate authority of devices, gateways and the 802.1X server',
    run: async (args) => (await import('./ca.ts')).runCa(args),
  },
  'key split': {
    usage: '--shares N --threshold K --out FOLDER --reason TEXT',
    summary: 'the master key in N shares for N people, of which any K make it again; recorded',
    run: async (args) => (await import('./key.ts')).runKeySplit(args),
  },
  'key join': {
    usage: '[FILE…] [--out FILE]',
    summary: 'the master key again, from files of shares or from what is typed',
    run: async (args) => (await import('./key.ts')).runKeyJoin(args),
  },
  'lists check': {
    usage: 'DOMAIN [--site CODE] [--network guest|staff] [--device NAME] [--at T] | --ref REF',
    summary: 'whether a name is blocked there and then, by which rule or line of which list',
    run: async (args) => (await import('./lists-check.ts')).runListsCheck(args),
  },
  'unblock list': {
    usage: '[--site CODE] [--association CODE] [--json]',
    summary: 'what guests ask to have unblocked at a place, most asked first; never who asks',
    run: async (args) => (await import('./unblock-list.ts')).runUnblockList(args),
  },
  rules: {
    usage: `block|allow|remove DOMAIN ${SCOPE_USAGE} [--until DATE] [--note TEXT] | list [--json]`,
    summary: 'what is said of one name and all below it; counts within two seconds',
    run: async (args) => (await import('./rules.ts')).runRules(args),
  },
  'filter lift': {
    usage: `--for 1h ${SCOPE_USAGE} [--what CATEGORY] --reason TEXT | --end ID | --list`,
    summary: 'let through for a time what is filtered there; recorded',
    run: async (args) => (await import('./filter-lift.ts')).runFilterLift(args),
  },
  'filter export': {
    usage:
      '[--site CODE] [--network N] [--device NAME] [--at T] [--format rpz|domains|hosts] [--zone ZONE] [--out FILE]',
    summary: 'the policy of a place and network as it is now, for another resolver',
    run: async (args) => (await import('./filter-export.ts')).runFilterExport(args),
  },
  'filter watch': {
    usage: '--site CODE [--network N] (--ip A | --device NAME) [--for 10m] --reason TEXT',
    summary: 'the names that one device asks for, while you look; recorded, and kept nowhere',
    run: async (args) => (await import('./filter-watch.ts')).runFilterWatch(args),
  },
  'dns token': {
    usage: 'CODE [--network N] [--device NAME] [--rotate [--grace 7d]]',
    summary: 'by which a place behind NAT, or a device, is known to the filter; or a new one',
    run: async (args) => (await import('./dns-token.ts')).runDnsToken(args),
  },
  'lists add': {
    usage:
      'NAME (--url URL [--folder F] [--tsig-file F] [--allow-private] | --file PATH) [--category C] [--network guest|staff]',
    summary: 'add a list that no file declares, fetch it now, and say what was read of it',
    run: async (args) => (await import('./lists.ts')).runListsAdd(args),
  },
  'lists refresh': {
    usage: '[NAME]',
    summary: 'fetch a list now, or all that have an address, and say what came of it',
    run: async (args) => (await import('./lists.ts')).runListsRefresh(args),
  },
  'lists accept': {
    usage: 'NAME',
    summary: 'put in force what was held back because half of the names were gone',
    run: async (args) => (await import('./lists.ts')).runListsAccept(args),
  },
  'lists remove': {
    usage: 'NAME',
    summary: 'take away a list that a command added',
    run: async (args) => (await import('./lists.ts')).runListsRemove(args),
  },
  'lists export': {
    usage: '--rpz [NAME…] [--network guest|staff] [--zone ZONE] [--out FILE]',
    summary: 'the lists as a response policy zone, for other resolvers',
    run: async (args) => (await import('./lists-export.ts')).runListsExport(args),
  },
  lists: {
    usage: '[--json]',
    summary: 'all lists: how many names, when they were fetched, and what is wrong',
    run: async (args) => (await import('./lists.ts')).runLists(args),
  },
  doctor: {
    usage: '',
    summary: 'check database, ports, certificates, upstreams and clock; say what is wrong',
    run: async () => (await import('./doctor.ts')).runDoctor(),
  },
  'gateway address': {
    usage: 'NAME',
    summary: 'the secret address of the portal that a gateway sends its phones to',
    run: async (args) => (await import('./gateway-address.ts')).runGatewayAddress(args),
  },
  'sites import': {
    usage: 'FILE.csv [--dry-run]',
    summary:
      'add and change places from a table, whatever its columns are called; prints the difference',
    run: async (args) => (await import('./sites-import.ts')).runSitesImport(args),
  },
  'gateway config': {
    usage:
      'CODE --kind opennds|openwrt|hostapd|mikrotik|unifi|generic --out DIR [--lan IF] [--wan IF] [--staff IF] [--wifi IF | --wired IF] [--gateway NAME] [--centre ADDRESS] [--centre6 ADDRESS] [--garden HOST…] [--encrypted-dns NAME] [--certificate FILE --key FILE]',
    summary: 'write the files that a place’s gateway needs, ready to run; the folder holds secrets',
    run: async (args) => (await import('./gateway-config.ts')).runGatewayConfig(args),
  },
}
