/**
 * What jobs say of a run, part by part, for commands and the log in English; `portal/text` has the same sentences for
 * pages. A figure is a number, one that ends in `Name` any text.
 */
export const JOB_PARTS = {
  staleSessions: '{sessions} silent sessions and {grants} ended grants closed',
  daysMade: '{days} days made',
  daysDropped: '{days} days dropped',
  dayWaits: '{dayName} waits for a reader to end',
  copiesEnded: '{copies} copies held for {caseName} ended',
  logEnded: '{sessions} sessions, {acceptances} acceptances, {grants} grants ended',
  accountsForgotten: '{accounts} names of accounts forgotten',
  tracesRemoved: '{logins} traces of logins and {requests} requests to unblock removed',
  oldTraces: '{lines} audit lines, {requests} requests for packs, {holds} ended holds',
  daysSealed: '{days} days sealed, {seals} seals published',
  sealWaits: '{targetName} waits from {dayName} on',
  linesLinked: '{lines} lines linked, {anchors} anchors signed',
  chainsWhole: '{lines} lines of the audit and {seals} seals follow one another',
  quarantine: 'removed {rows} rows, {left} wait to be looked at',
  disconnects: 'removed {requests} requests',
  openings: 'removed {openings} openings, {waiting} devices that waited and {passwords} passwords',
  filterWindows: '{windows} windows closed',
  hourCounts: '{numbers} numbers written, {gone} old ones removed',
  noListDue: 'nothing due',
  listsChanged: '{lists} changed',
  listsUnchanged: '{lists} unchanged',
  listsHeldBack: '{lists} held-back',
  listsFailed: '{lists} failed',
  listsGone: '{lists} gone',
  listTrouble: '{listName}: {reasonName}',
  endedDevices: 'removed {devices} devices',
  directorySync: 'asked about {accounts} accounts: {off} switched off, {back} on again',
  staff:
    'removed {sessions} sessions that are over, {people} people, {devices} devices that had signed in, {arrivals} that had not',
  noReminders: 'no channel for reminders is declared',
  reminders: '{people} people told, {refused} addresses refused',
  noInventory: 'no inventory is declared',
  inventory: '{places} places, {changes} changes, {gone} gone',
  inventoryHeld:
    'held back: {gone} places are gone from NetBox; look with accueil inventory check, then accueil inventory accept',
  inventoryFailed: 'nothing was changed: {reasonName}',
  noImport: 'no table waits',
  importRead: 'read: {places} places, {changes} changes wait to be accepted',
  importWrong: 'nothing was changed: {mistakes} mistakes in the table',
  imported: 'made: {places} places, {changes} changes',
  noChannel: 'no channel is declared',
  alerts: '{sent} sent, {failed} failed, {quiet} wait for the end of quiet hours',
} as const satisfies Readonly<Record<string, string>>

export type JobPart = keyof typeof JOB_PARTS

type FiguresIn<S extends string> = S extends `${string}{${infer Name}}${infer Rest}`
  ? Name | FiguresIn<Rest>
  : never

type Figures<P extends JobPart> = Readonly<
  Record<FiguresIn<(typeof JOB_PARTS)[P]>, string | number>
>

/** The part with its figures. */
export function jobPart<P extends JobPart>(part: P, figures: Figures<P>): string {
  const given: Readonly<Record<string, string | number>> = figures
  return JOB_PARTS[part].replaceAll(/\{(\w+)\}/g, (_, name: string) => String(given[name] ?? ''))
}

/** A part that was read again. */
export interface ReadPart {
  readonly part: JobPart
  readonly figures: Readonly<Record<string, string>>
}

/** The parts of a line that is made of them, joined by `, ` or `; `; null where it is of another version. */
export function readJobLine(line: string): readonly ReadPart[] | null {
  const parts: ReadPart[] = []
  let rest = line
  while (rest !== '') {
    const read = SHAPES.map(({ part, shape }) => ({ part, match: shape.exec(rest) })).find(
      ({ match }) => match !== null,
    )
    if (read?.match == null) return null
    parts.push({ part: read.part, figures: { ...read.match.groups } })
    rest = rest.slice(read.match[0].length)
  }
  return parts.length === 0 ? null : parts
}

/** The longest first: one may begin as another does. */
const SHAPES = (Object.keys(JOB_PARTS) as JobPart[])
  .toSorted((a, b) => JOB_PARTS[b].length - JOB_PARTS[a].length)
  .map((part) => ({ part, shape: shapeOf(JOB_PARTS[part]) }))

function shapeOf(sentence: string): RegExp {
  const pieces = sentence.split(/\{(\w+)\}/).map((piece, i) => {
    if (i % 2 === 0) return RegExp.escape(piece)
    return piece.endsWith('Name') ? `(?<${piece}>.{1,500}?)` : `(?<${piece}>\\d{1,15})`
  })
  return new RegExp(`^${pieces.join('')}(?:[,;] |$)`, 's')
}
