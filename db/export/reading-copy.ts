import type { Connection } from '../connections.ts'
import type { ApprovedRequest } from './export-requests.ts'
import { criteriaJson } from './export-requests.ts'
import type { PlaceTimes } from './pack-rows.ts'

export interface PackFacts {
  readonly organisation: string
  readonly request: ApprovedRequest
  readonly rows: number
  readonly madeAt: Date
}

const CRITERION_NAMES: Readonly<Record<string, string>> = {
  mac: 'Adresse MAC / MAC address',
  ip: 'Adresse privée / Private address',
  user: 'Compte / Account',
  site: 'Lieu / Place',
  publicIp: 'Adresse publique / Public address',
  publicPort: 'Port source public / Public source port',
  from: 'À partir de / From',
  to: 'Jusqu’à / Until',
}

/** Each criterion that was given, as a person reads it. */
function criteriaLines(request: ApprovedRequest): readonly (readonly [string, string])[] {
  return Object.entries(criteriaJson(request.criteria)).flatMap(([name, value]) =>
    value === null ? [] : [[CRITERION_NAMES[name] ?? name, String(value)] as const],
  )
}

/** A page to print and sign, French first, English beside it. It needs nothing from elsewhere. */
export async function* readingCopy(
  facts: PackFacts,
  rows: AsyncIterable<Connection>,
  times: PlaceTimes,
): AsyncGenerator<string> {
  const { request } = facts
  const lines: readonly (readonly [string, string])[] = [
    ['Organisme / Organisation', facts.organisation],
    ['Procédure / Case', request.caseRef],
    ['Motif / Reason', request.reason],
    ...criteriaLines(request),
    ['Demandé par / Requested by', `${request.requestedBy}, ${utc(request.requestedAt)}`],
    ['Approuvé par / Approved by', `${request.approvedBy}, ${utc(request.approvedAt)}`],
    ['Établi le / Made at', utc(facts.madeAt)],
    ['Lignes / Rows', String(facts.rows)],
  ]
  yield HEAD.replace('TITLE', () => escape(`${request.caseRef} – ${facts.organisation}`))
  yield '<h1>Extrait du journal des connexions <span lang="en">Extract of the connection log</span></h1>\n<table class="facts">\n'
  for (const [name, value] of lines) {
    yield `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>\n`
  }
  yield '</table>\n'
  if (facts.rows === 0) yield NO_MATCH
  else {
    yield TABLE_HEAD
    for await (const row of rows) yield rowOf(row, times)
    yield '</tbody></table>\n'
  }
  yield `<p>${escape(TIMES_NOTE)}</p>\n</body></html>\n`
}

function rowOf(row: Connection, times: PlaceTimes): string {
  const zone = times.zoneOf(row.site)
  const instant = (at: Date | null): string =>
    at === null
      ? 'en cours / open'
      : `${utc(at)}<br>${escape(times.write(at, zone))} (${escape(zone)})`
  const address = [row.ip, row.ipv6].filter((text) => text !== null).join(' ')
  const outside = [row.publicIp, row.publicPorts].filter((text) => text !== null).join(' : ')
  const cells = [
    escape(`${row.site} ${row.gateway} ${row.network}`),
    escape(row.mac ?? '–'),
    escape(row.user ?? '–'),
    escape(address === '' ? '–' : address),
    escape(outside === '' ? '–' : outside),
    instant(row.start),
    `${instant(row.stop)}${row.cause === null ? '' : `<br>${escape(row.cause)}`}`,
    `<code>${escape(row.sessionId)}</code>`,
  ]
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>\n`
}

function utc(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)?.toString() ?? ''};`)
}

const TIMES_NOTE =
  'Chaque instant est donné en UTC, puis à l’heure du lieu avec son décalage. / Each instant is given in UTC, then in the time of the place with its offset.'

const NO_MATCH =
  '<p class="none"><strong>Aucune connexion ne correspond à ces critères.</strong> <span lang="en"><strong>No connection fits these criteria.</strong></span></p>\n'

const TABLE_HEAD = `<table class="rows"><thead><tr>
<th>Lieu, équipement, réseau<br><i lang="en">Place, gateway, network</i></th>
<th>MAC</th>
<th>Compte<br><i lang="en">Account</i></th>
<th>Adresses privées<br><i lang="en">Private addresses</i></th>
<th>Adresse publique : ports<br><i lang="en">Public address : ports</i></th>
<th>Début<br><i lang="en">Start</i></th>
<th>Fin<br><i lang="en">Stop</i></th>
<th>Ligne<br><i lang="en">Row</i></th>
</tr></thead><tbody>
`

const HEAD = `<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>TITLE</title>
<style>
body { font: 10pt/1.4 sans-serif; margin: 2em; color: #000; background: #fff }
h1 { font-size: 14pt } h1 span { display: block; font-size: 11pt; font-weight: normal; font-style: italic }
table { border-collapse: collapse; margin: 1em 0 } thead { display: table-header-group }
th, td { border: 1px solid #888; padding: .2em .5em; text-align: left; vertical-align: top }
tr { break-inside: avoid } .rows { font-size: 8pt; width: 100% } code { font-size: 7pt }
.none { border: 1px solid #000; padding: 1em }
@page { size: A4 landscape; margin: 12mm }
</style></head><body>
`
