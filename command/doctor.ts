import { X509Certificate } from 'node:crypto'
import type { Config } from '#core/config.ts'
import { formatDnsUpstream } from '#core/dns-upstream.ts'
import type { DnsUpstream } from '#core/dns-upstream.ts'
import { AppError, codeOf, reasonOf } from '#core/error.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { loadGateways } from '#db/gateways.ts'
import { journalDepth } from '#db/journal.ts'
import { legalBasisProblem, loadLegalBases } from '#db/legal-basis.ts'
import { loadOrganisation } from '#db/organisation.ts'
import { powerOf } from '#db/login.ts'
import { partitionDays, utcDay } from '#db/partitions.ts'
import { effectiveTerms, loadTerms } from '#db/terms.ts'
import { checkPostures } from './check-postures.ts'
import { checkUpstream } from '../dns-filter/check-upstream.ts'
import { readTlsFiles } from '../dns-filter/tls-certificate.ts'
import { chooseEapLayer } from '../radius-server/eap/tls-engine.ts'
import { checkDirectories } from './check-directories.ts'
import { checkProviders } from './check-providers.ts'
import { checkHomeServers } from './check-home-servers.ts'
import { checkZoneServers } from './check-zone-servers.ts'
import { checkPorts } from './check-ports.ts'
import { checkToken } from './check-token.ts'
import { formatFinding } from './finding.ts'
import type { Finding } from './finding.ts'
import { openHouse, requireConfig, requireMigrated } from './house.ts'
import type { House } from './house.ts'
import { EXIT_FAILED } from './run.ts'

/** It is brought over at once; longer is a stop. */
const JOURNAL_TOLERANCE_MS = 60_000
const DAY_MS = 86_400_000
const CERTIFICATE_WARNING_DAYS = 30
const CLOCK_TOLERANCE_MS = 2_000
const PROBE_NAME = 'example.com'

export async function runDoctor(): Promise<number> {
  const config = requireConfig()
  const findings: Finding[] = config.warnings.map((note) => ({ what: 'configuration', note }))
  findings.push(...(await checkHouse(config)))
  findings.push(checkUdpLayer(config), checkEapLayer(config), ...(await checkPorts(config)))
  findings.push(...(await Promise.all(config.dnsUpstream.map(checkDnsUpstream))))
  findings.push(...checkDnsCertificate(config))
  for (const finding of findings) console.log(formatFinding(finding))
  const wrong = findings.filter((finding) => finding.wrong !== undefined)
  console.log(wrong.length === 0 ? '\nAll is well.' : `\n${wrong.length} to mend.`)
  return wrong.length === 0 ? 0 : EXIT_FAILED
}

async function checkHouse(config: Config): Promise<readonly Finding[]> {
  let house: House
  try {
    house = await openHouse(config, { applicationName: 'accueil doctor', max: 2 })
  } catch (thrown) {
    return [{ what: 'database', wrong: reasonOf(thrown) }]
  }
  try {
    await requireMigrated(house.database)
    const checks: readonly (readonly [string, (house: House) => Promise<Finding>])[] = [
      ['login', checkLogin],
      ['clock', checkClock],
      ['connection log', checkLog],
      ['journal of the log', checkJournal],
      ['declared house', checkDeclared],
      ['legal basis of the log', checkLegalBasis],
      ['secrets', checkSecrets],
      ['Message-Authenticator of gateways', checkPostures],
      ['802.1X server certificate', checkCertificate],
    ]
    const findings: Finding[] = [{ what: 'database' }]
    for (const [what, check] of checks) findings.push(await checkOrTell(what, () => check(house)))
    findings.push(
      ...(await allOrTell('directories', () => checkDirectories(house, config))),
      ...(await allOrTell('identity providers', () => checkProviders(house, config))),
      ...(await allOrTell('certificate authority', () => checkToken(house))),
      ...(await allOrTell('home servers', () => checkHomeServers(house))),
      ...(await allOrTell('servers of internal zones', () => checkZoneServers(house))),
    )
    return findings
  } catch (thrown) {
    return [{ what: 'database', wrong: reasonOf(thrown) }]
  } finally {
    await house.close()
  }
}

/** A login of one part alone cannot see all that is looked at here: that is no fault. */
async function checkOrTell(what: string, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check()
  } catch (thrown) {
    if (!isRefused(thrown)) throw thrown
    return { what, note: 'this login may not look; run doctor as the one that owns the database' }
  }
}

/** A secret that does not open has a way out, as a gateway's has. */
async function allOrTell(
  what: string,
  check: () => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await check()
  } catch (thrown) {
    if (thrown instanceof AppError) return [{ what, wrong: thrown.message }]
    return [await checkOrTell(what, () => Promise.reject(thrown))]
  }
}

function isRefused(thrown: unknown): boolean {
  return codeOf(thrown) === '42501'
}

/** Whether a process that is taken over could leave the role that its part runs under. */
async function checkLogin({ database, embedded }: House): Promise<Finding> {
  const what = 'rights of the database login'
  const power = await powerOf(database)
  if (power === null) return { what }
  const advice =
    embedded === null
      ? 'give each process a login of its own, as docs/operate.md shows'
      : 'with a Postgres of your own each process can have less, as docs/operate.md shows'
  return {
    what,
    note: `${power}; the parts run under narrower roles, which they could leave: ${advice}`,
  }
}

async function checkClock({ database }: House): Promise<Finding> {
  const before = Date.now()
  const [row] = await database.sql<{ now: Date }[]>`select clock_timestamp() as now`
  const offset = Math.abs((row?.now.getTime() ?? 0) - (before + Date.now()) / 2)
  if (offset <= CLOCK_TOLERANCE_MS) return { what: 'clock' }
  return {
    what: 'clock',
    wrong: `this machine and the database differ by ${Math.round(offset / 1000)} s: synchronise both with NTP, the log is dated by them`,
  }
}

async function checkLog({ database }: House): Promise<Finding> {
  const tomorrow = utcDay(Date.now() + DAY_MS)
  if ((await partitionDays(database)).includes(tomorrow)) return { what: 'connection log' }
  return {
    what: 'connection log',
    wrong: `there is no partition for ${tomorrow}: is the role "jobs" running somewhere?`,
  }
}

async function checkJournal({ database }: House): Promise<Finding> {
  const { events, oldest } = await journalDepth(database)
  const age = oldest === null ? 0 : Math.round((Date.now() - oldest.getTime()) / 1000)
  if (age * 1000 < JOURNAL_TOLERANCE_MS) return { what: 'journal of the log' }
  return {
    what: 'journal of the log',
    wrong: `${events} events wait to be brought into the log, the oldest for ${age} s: is the role "jobs" running somewhere? Its log line log.fold.failed says more`,
  }
}

async function checkDeclared({ database }: House): Promise<Finding> {
  const organisation = await loadOrganisation(database)
  const terms = effectiveTerms(await loadTerms(database), Date.now())
  const missing = [
    ...(organisation === null ? ['an organisation'] : []),
    ...(terms === null ? ['terms in force'] : []),
  ]
  if (missing.length === 0) return { what: 'declared house' }
  return {
    what: 'declared house',
    wrong: `${missing.join(' and ')} missing: declare with npx accueil apply`,
  }
}

async function checkLegalBasis({ database }: House): Promise<Finding> {
  const note = legalBasisProblem(await loadLegalBases(database), Date.now())
  return note === null
    ? { what: 'legal basis of the log' }
    : { what: 'legal basis of the log', note }
}

async function checkSecrets({ database, seal }: House): Promise<Finding> {
  try {
    const gateways = await loadGateways(database, seal)
    return { what: `secrets of ${gateways.length} gateways` }
  } catch (thrown) {
    if (isRefused(thrown)) throw thrown
    return { what: 'secrets', wrong: reasonOf(thrown) }
  }
}

async function checkCertificate({ database }: House): Promise<Finding> {
  const what = '802.1X server certificate'
  const rows = await database.kysely
    .selectFrom('staff.certificate')
    .select(['name', 'chain_pem'])
    .where('chain_pem', '<>', '')
    .execute()
  if (rows.length === 0) {
    return { what, note: 'none yet: it is made when the role "radius" starts first' }
  }
  for (const row of rows) {
    const days = (new X509Certificate(row.chain_pem).validToDate.getTime() - Date.now()) / DAY_MS
    if (days < 0) return { what, wrong: `${row.name} has ended` }
    if (days < CERTIFICATE_WARNING_DAYS) {
      return { what, wrong: `${row.name} ends in ${Math.floor(days)} days` }
    }
  }
  return { what }
}

function checkUdpLayer({ udpLayer }: Config): Finding {
  const what = 'UDP in batches'
  try {
    const { name, reason } = chooseUdpLayer(udpLayer)
    if (name === 'native') return { what }
    return { what, note: `node:dgram is used, at less than half the speed: ${reason ?? ''}` }
  } catch (thrown) {
    return { what, wrong: reasonOf(thrown) }
  }
}

function checkEapLayer({ eapLayer }: Config): Finding {
  const what = 'TLS of 802.1X'
  try {
    const { name, reason } = chooseEapLayer(eapLayer)
    if (name === 'native') return { what }
    return { what, note: `node:tls is used, at half as much CPU again: ${reason ?? ''}` }
  } catch (thrown) {
    return { what, wrong: reasonOf(thrown) }
  }
}

async function checkDnsUpstream(upstream: DnsUpstream): Promise<Finding> {
  const what = `DNS upstream ${formatDnsUpstream(upstream)}`
  const reason = await checkUpstream(upstream, PROBE_NAME)
  if (reason === null) return { what }
  return {
    what,
    wrong: `does not resolve ${PROBE_NAME}: ${reason}; set ACCUEIL_DNS_UPSTREAM to a resolver that this machine reaches`,
  }
}

function checkDnsCertificate({ dnsTls }: Config): readonly Finding[] {
  if (dnsTls === null) return []
  const what = 'certificate of DNS over TLS and HTTPS'
  try {
    const { certificateFile: certificate, keyFile: key } = dnsTls
    const days = Math.floor((readTlsFiles({ certificate, key }).expires - Date.now()) / DAY_MS)
    if (days < 0) return [{ what, wrong: `${certificate} ended ${-days} days ago; renew it` }]
    return [
      days > CERTIFICATE_WARNING_DAYS
        ? { what }
        : { what, note: `${certificate} ends in ${days} days; renew it` },
    ]
  } catch (thrown) {
    return [{ what, wrong: reasonOf(thrown) }]
  }
}
