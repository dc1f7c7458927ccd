import { z } from 'zod'
import { domainToASCII } from 'node:url'
import { parseMac } from '#core/mac.ts'
import { LOCAL_ROLES, ROLES } from '#core/rights.ts'
import { ALERT_KINDS } from '#db/alerts.ts'

const LABEL = /^[a-z0-9_-]{1,63}$/

/** A domain name, in any script; read as DNS writes it. */
export const domain = z
  .string()
  .max(300)
  .transform((text, context) => {
    const ascii = domainToASCII(text.trim().replace(/\.$/, '')).toLowerCase()
    if (ascii.length <= 253 && ascii.split('.').every((label) => LABEL.test(label))) return ascii
    context.addIssue('is not a domain name')
    return z.NEVER
  })
  .meta({ example: 'example.org' })

export const code = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes')

export const line = lineOf(200)

function lineOf(longest: number): z.ZodString {
  return z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(longest, `is longer than ${longest} characters`)
    .refine((text) => !/\p{Cc}/u.test(text), 'has a control character in it')
}

/** As on a letter, in one line. */
export const postalAddress = lineOf(300)

export const instant = z.iso
  .datetime({ offset: true, error: 'is not an instant such as 2026-11-23T13:05:00Z' })
  .transform((text) => new Date(text))

export const timezone = z
  .string()
  .max(64)
  .refine((name) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
    } catch {
      return false
    }
  }, 'is not a time zone such as Europe/Paris')

export const languageCode = z.string().regex(/^[a-z]{2,3}$/, 'must be a language code such as fr')

/** Lines end as in files; a browser sends them as CR LF. */
export const markdown = z
  .string()
  .transform((text) => text.replaceAll('\r\n', '\n'))
  .refine((text) => text.trim() !== '', 'is empty')
  .refine((text) => text.length <= 60_000, 'is longer than 60000 characters')
  .refine((text) => !/[^\P{Cc}\n\t]/u.test(text), 'has a control character in it')

export const day = z.iso.date('is not a date such as 2026-12-31')

const subject = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(?:group|person):[^\p{Cc}]{1,200}$/u, 'must be group:NAME or person:ACCOUNT')

export const codes = z
  .array(code)
  .min(1, 'names none: leave it out')
  .max(500)
  .nullable()
  .default(null)

/** Who gets which role where, and until which day, which counts. */
export const roleWish = z
  .strictObject({
    ...{ subject, role: z.enum(ROLES), associations: codes, sites: codes },
    until: day.nullable().default(null),
  })
  .refine(
    ({ role, associations, sites }) =>
      !LOCAL_ROLES.includes(role) || associations !== null || sites !== null,
    {
      path: ['associations'],
      error: 'or sites must say where: this role is never for the whole house',
    },
  )

export const mac = z.string().transform((text, context) => {
  const read = parseMac(text)
  if (read !== null) return read
  context.addIssue('is not a MAC address')
  return z.NEVER
})

export const network = z.enum(['guest', 'staff'])
/** Where what is listed is in force, whosever it is. */
export const heldAt = code.optional().meta({
  description:
    'The code of a place: what holds there now, of the place itself, its association and the organisation.',
})
export const search = z.string().trim().min(1).max(100)

const text = z.string().nullable()
const moment = z.iso.datetime().nullable()

function list(name: string, row: z.ZodType): void {
  z.object({
    rows: z.array(row),
    next: text.meta({ description: 'Cursor of the next page; null at the end.' }),
  }).meta({ id: name })
}

const rule = z
  .object({
    id: z.string(),
    action: z.enum(['block', 'allow']),
    domain: z.string().meta({ description: 'It and every name below it.' }),
    network: network.nullable().meta({ description: 'Null: both.' }),
    site: text,
    association: text.meta({ description: 'This and site null: the whole house.' }),
    until: moment.meta({ description: 'From then on it is as if it were not there.' }),
    note: text,
    declared: z.boolean().meta({
      description: 'It stands in the files of apply: the next apply undoes what you change.',
    }),
  })
  .meta({ id: 'Rule' })
list('Rules', rule)

const filterLevel = z
  .object({
    id: z.string(),
    level: z
      .enum(['organisation', 'association', 'site', 'network', 'device'])
      .meta({ description: 'The nearer one decides over the farther one.' }),
    ...{ association: text, site: text, device: text, network: network.nullable() },
    hours: z.array(z.string()).meta({ description: 'By the clocks of the place; none: always.' }),
    ...{ block: z.array(z.string()), allow: z.array(z.string()), trust: z.array(z.string()) },
    ...{ imposed: z.array(z.string()), answer: text, safeSearch: z.boolean().nullable() },
    ...{ bypass: z.enum(['closed', 'open']).nullable(), asked: z.boolean() },
  })
  .meta({ id: 'FilterLevel' })
list('FilterLevels', filterLevel)
list(
  'FilterLifts',
  z
    .object({
      ...{ id: z.string(), association: text, site: text, network: network.nullable() },
      subject: text.meta({ description: 'Null: all that is not imposed.' }),
      ...{ endsAt: z.iso.datetime(), madeBy: z.string(), reason: z.string() },
    })
    .meta({ id: 'FilterLift' }),
)
const blockCause = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('rule'), rule }),
    z.object({
      kind: z.literal('list'),
      list: z.object({ name: z.string(), category: z.string() }),
    }),
    z.object({ kind: z.literal('service'), service: z.string() }),
    z.object({
      kind: z.literal('built-in'),
      cause: z.enum(['bypass', 'address', 'private-address', 'internal']),
    }),
  ])
  .meta({ id: 'BlockCause' })
z.object({ rows: z.array(blockCause) }).meta({ id: 'BlockCauses' })
const questions = z.number().meta({
  description: 'All questions of the last week there, blocked or let through.',
})
const blockedAndPassed = {
  week: z.number().meta({
    description: 'Blocked: at most so many would have been let through, had it not been blocked.',
  }),
  passed: z.number().nullable().meta({
    description:
      'Let through in the last week although a list names them: at most so many would have been blocked, had it been. Null: no list is of this category.',
  }),
}
z.object({
  ...{ name: z.string(), site: text, network },
  outcome: z
    .enum(['blocked', 'free', 'unknown'])
    .meta({ description: 'As the filter answers; unknown: it did not.' }),
  ...{ category: text, reference: text },
  causes: z
    .array(blockCause)
    .meta({ description: 'What the reference stands for, as far as this token may see.' }),
  levels: z
    .array(filterLevel)
    .meta({ description: 'Those that speak of what blocks it, the nearest first.' }),
  rules: z.array(rule).meta({ description: 'That speak of the name there, the nearest first.' }),
  lastWeek: z
    .object({
      all: questions,
      categories: z.array(z.object({ category: z.string(), ...blockedAndPassed })),
    })
    .nullable()
    .meta({
      description:
        'The categories by which it is blocked, or might be, and what they came to there; of the name itself nothing is kept. None: no list names it. Null: the filter does not tell.',
    }),
}).meta({ id: 'NameVerdict' })
z.object({
  all: questions,
  rows: z.array(
    z.object({ category: z.string(), hour: z.number(), day: z.number(), ...blockedAndPassed }),
  ),
}).meta({ id: 'BlockedCounts' })

const asked = {
  ...{ id: z.string(), domain: z.string() },
  site: text.meta({ description: 'Null: the portal could not tell the place.' }),
  ...{ siteName: text, timezone: text, network: network.nullable(), times: z.int() },
}
list(
  'UnblockRequests',
  z
    .object({
      ...{ ...asked, association: text, cause: z.enum(['category', 'rule', 'other']) },
      ...{ category: text, reference: text, firstAt: moment, lastAt: moment },
      notes: z.array(z.string()).meta({ description: 'In people’s own words, newest first.' }),
    })
    .meta({ id: 'UnblockRequest' }),
)
z.object({
  rule: rule.nullable().meta({ description: 'Null: it was refused.' }),
  declared: z.boolean().optional(),
}).meta({ id: 'UnblockAnswered' })
list(
  'UnblockAnswers',
  z
    .object({
      ...{ ...asked, at: z.iso.datetime(), decision: z.enum(['allow', 'refuse']) },
      rule: text.meta({ description: 'Null: none was made, or it was taken away since.' }),
      ...{ until: moment, actor: z.string(), reason: z.string() },
    })
    .meta({ id: 'UnblockAnswer' }),
)

const site = z
  .object({
    ...{ code: z.string(), name: z.string(), association: z.string(), associationName: z.string() },
    timezone: z.string(),
    postalAddress: text.meta({ description: 'As on a letter, in one line; null: nobody said it.' }),
    ...{ declared: z.boolean(), gateways: z.int(), heardAt: moment },
  })
  .meta({ id: 'Site' })
list('Sites', site)

const role = z
  .object({
    id: z.string(),
    subject: z.string().meta({ example: 'group:it-paris' }),
    role: z.enum(ROLES),
    associations: z
      .array(z.string())
      .nullable()
      .meta({ description: 'This and sites null: everywhere.' }),
    sites: z.array(z.string()).nullable(),
    until: z.iso.date().nullable().meta({ description: 'The last day, which counts, in UTC.' }),
    ...{ declared: z.boolean(), madeBy: z.string(), madeAt: z.iso.datetime() },
  })
  .meta({ id: 'Role' })
list('Roles', role)

z.object({
  rows: z.array(z.string()).meta({ description: 'person:ACCOUNT, or the group that has both.' }),
}).meta({ id: 'RoleConflicts' })
list(
  'RoleHolders',
  z
    .object({
      ...{ account: z.string(), name: z.string() },
      seenAt: moment.meta({ description: 'The last sign-in; null: none to these pages.' }),
    })
    .meta({ id: 'RoleHolder' }),
)

const device = z
  .object({
    ...{ id: z.string(), what: z.enum(['certificate', 'password', 'key']), account: z.string() },
    ...{ name: z.string(), kind: z.string(), site: text, createdAt: z.iso.datetime() },
    endsAt: moment,
    lastSeenOn: z.iso.date().nullable(),
    ...{ revokedAt: moment, revokedBy: text, revokedWhy: text, serials: z.array(z.string()) },
  })
  .meta({ id: 'Device' })
list('Devices', device)

const certificate = z
  .object({
    what: z.enum(['root', 'issuing', 'server']),
    ...{ name: z.string(), endsAt: z.iso.datetime() },
    generation: z.int().nullable(),
    state: z.enum(['serving', 'next', 'former', 'waits-for-signature']),
    devices: z.int().nullable().meta({ description: 'Whose certificate of it counts.' }),
    serverFrom: moment,
  })
  .meta({ id: 'Certificate' })
z.object({ rows: z.array(certificate) }).meta({ id: 'Certificates' })

const liveSession = z
  .object({
    ...{ key: z.guid(), site: z.string(), gateway: z.string(), network: z.string(), mac: text },
    account: text.meta({ description: 'Null: a guest.' }),
    ...{ startedAt: z.iso.datetime(), lastAt: z.iso.datetime(), octets: z.number().nullable() },
  })
  .meta({ id: 'Session' })
list('Sessions', liveSession)
list(
  'SessionCounts',
  z
    .object({ site: z.string(), siteName: z.string(), guests: z.int(), staff: z.int() })
    .meta({ id: 'SessionCount' }),
)
z.object({
  request: z.uuid().meta({ description: 'By which /api/v1/disconnects tells what became of it.' }),
  rows: z.array(z.object({ gateway: z.string(), mac: text, account: text, outcome: text })),
}).meta({ id: 'Disconnects' })

const alert = z
  .object({
    ...{ id: z.string(), kind: z.enum(ALERT_KINDS) },
    urgent: z.boolean().meta({ description: 'It is sent in quiet hours too.' }),
    key: z.string().meta({ description: '*: of more of this kind than are told one by one.' }),
    ...{ firstAt: z.iso.datetime(), lastAt: z.iso.datetime(), count: z.number() },
    ...{ association: text, site: text, siteName: text, gateway: text },
    timezone: text.meta({ description: 'Of its place.' }),
    ...{ account: text, actor: text, subject: text },
    deliveries: z.array(
      z.object({ channel: z.string(), state: z.enum(['sent', 'waits', 'failed', 'given-up']) }),
    ),
  })
  .meta({ id: 'Alert' })
list('Alerts', alert)
const channel = z
  .object({
    ...{ name: z.string(), kind: z.string(), host: z.string() },
    kinds: z.array(z.enum(ALERT_KINDS)).meta({ description: 'None: all.' }),
    ...{ associations: z.array(z.string()), quietHours: z.array(z.string()) },
    ...{ timezone: z.string(), language: z.enum(['fr', 'en']), waiting: z.int(), sentAt: moment },
    failure: text.meta({ description: 'Of what waits; null: nothing went wrong.' }),
    nextAt: moment,
  })
  .meta({ id: 'AlertChannel' })
z.object({ rows: z.array(channel) }).meta({ id: 'AlertChannels' })

const troubledGateway = z.object({
  ...{ gateway: z.string(), site: z.string(), siteName: z.string(), timezone: z.string() },
  trouble: z.enum(['silent', 'clock', 'certificate']),
  ...{ heardAt: moment, clockSkewMs: z.number().nullable(), certificateEndsAt: moment },
  inAll: z.int().meta({ description: 'Of this trouble, listed here or not.' }),
})
z.object({
  ...{ sites: z.int(), gateways: z.int(), neverHeard: z.int(), rules: z.int() },
  gatewaysInTrouble: z
    .array(troubledGateway)
    .nullable()
    .meta({ description: 'Six of each trouble at most; null: it needs gateways.read.' }),
  waiting: z
    .object({
      lists: z.array(
        z.object({
          ...{ name: z.string(), error: text, fetchedAt: moment },
          heldNames: z.number().nullable(),
        }),
      ),
      requests: z.int().meta({ description: 'Names that people ask to have unblocked.' }),
      channels: z.array(z.string()).meta({ description: 'Of alerts, that take none.' }),
    })
    .nullable()
    .meta({ description: 'What waits for somebody; null: it needs rules.read.' }),
  failedJobs: z
    .array(z.object({ name: z.string(), failure: z.string() }))
    .nullable()
    .meta({ description: 'Null: it needs jobs.read.' }),
}).meta({ id: 'Overview' })
list(
  'Associations',
  z
    .object({
      ...{ code: z.string(), name: z.string(), sites: z.int() },
      silent: z.int().meta({ description: 'Places with a gateway that was heard and is silent.' }),
      connected: z.int(),
    })
    .meta({ id: 'Association' }),
)
z.object({
  timezone: z.string().meta({ description: 'By whose clock a day begins.' }),
  rows: z.array(
    z.object({
      at: z.iso.datetime().meta({ description: 'When the hour or the day begins.' }),
      kind: z.enum(['join', 'failure', 'blocked', 'connected']),
      name: z.string().meta({
        description: 'guest or staff; of a failure the reason, of what was blocked the category.',
      }),
      n: z.number().meta({ description: 'Of who was connected, the most at once.' }),
    }),
  ),
}).meta({ id: 'Activity' })

const fleetProcess = z.object({
  ...{ id: z.uuid(), host: z.string(), roles: z.array(z.string()), version: z.string() },
  ...{ startedAt: z.iso.datetime(), seenAt: z.iso.datetime(), silent: z.boolean() },
  problems: z.array(z.object({ role: z.string(), problem: z.string() })),
  spooled: z.int().meta({ description: 'Events on its disk that the database has not taken yet.' }),
})
const databaseState = z.object({
  ...{ bytes: z.int(), waiting: z.int(), lagSeconds: z.number().nullable() },
  ...{ quarantined: z.int(), hasTomorrow: z.boolean() },
  ...{ firstDay: z.iso.date().nullable(), lastDay: z.iso.date().nullable() },
})
z.object({
  processes: z.array(fleetProcess),
  database: databaseState.nullable().meta({ description: 'Null: for tokens of all associations.' }),
}).meta({ id: 'Health' })

const terms = {
  version: z.string(),
  effective: z.iso.date().meta({ description: 'Its first day, in UTC.' }),
  state: z.enum(['to-come', 'in-force', 'former']),
  languages: z.array(z.string()),
  accepted: z.int().meta({ description: 'Acceptances that are kept; how many, of whom nothing.' }),
  ...{ declared: z.boolean(), madeBy: text },
}
list('TermsVersions', z.object(terms).meta({ id: 'TermsVersion' }))
z.object({ ...terms, texts: z.record(z.string(), z.string()) }).meta({ id: 'Terms' })

const row = z.record(z.string(), z.unknown()).nullable()
const change = z
  .object({
    ...{ id: z.string(), at: z.iso.datetime(), actor: z.string(), action: z.string() },
    ...{ subject: z.string(), reason: text, association: text },
    before: row.meta({ description: 'Null: it was not there.' }),
    after: row.meta({ description: 'Null: it is not there any more.' }),
    canBeUndone: z.boolean(),
  })
  .meta({ id: 'Change' })
list('Changes', change)

const auditLine = z
  .object({
    ...{ id: z.string(), at: z.iso.datetime(), actor: z.string(), action: z.string() },
    ...{ subject: z.string(), reason: text, association: text, details: z.unknown() },
  })
  .meta({ id: 'AuditLine' })
list('AuditLines', auditLine)

const port = z.int().nullable()
const criteria = z
  .object({
    ...{ mac: text, user: text, ip: text, site: text, publicIp: text, publicPort: port },
    ...{ from: moment, to: moment },
  })
  .meta({ id: 'LogCriteria', description: 'Null: not asked for.' })
const connection = z
  .object({
    ...{ sessionId: z.uuid(), site: z.string(), gateway: z.string(), network: z.string() },
    mac: text,
    user: text.meta({ description: 'Null: a guest.' }),
    ...{ ip: text, ipv6: text, publicIp: text },
    publicPorts: text.meta({ description: 'FIRST-LAST, which this device had on publicIp.' }),
    start: z.iso.datetime(),
    stop: moment.meta({ description: 'Null: it is open.' }),
    cause: text,
  })
  .meta({ id: 'Connection' })
z.object({
  rows: z.array(connection),
  next: text.meta({ description: 'Cursor of the next page; null at the end.' }),
  missing: z.int().nullable().meta({
    description:
      'Events that were received and are not in the log yet, told once, on the first page. Not 0: search again.',
  }),
}).meta({ id: 'Connections' })
const pack = z
  .object({
    ...{ code: z.string(), case: z.string(), reason: z.string(), criteria },
    ...{ requestedBy: z.string(), requestedAt: z.iso.datetime() },
    token: text.meta({ description: 'By which a program asked; null: somebody asked in person.' }),
    approvedBy: text.meta({ description: 'Null: a second person has not agreed yet.' }),
    approvedAt: moment,
  })
  .meta({ id: 'Pack' })
list('Packs', pack)
const hold = z
  .object({
    ...{ id: z.string(), case: z.string(), reason: z.string(), criteria },
    until: z.iso.date().meta({ description: 'Its last day, in UTC.' }),
    ...{ madeBy: z.string(), madeAt: z.iso.datetime(), endedBy: text, endedAt: moment },
    named: z.int().meta({ description: 'Rows of the log that it names.' }),
    kept: z.int().meta({ description: 'Copies of rows whose day is gone.' }),
  })
  .meta({ id: 'Hold' })
list('Holds', hold)
z.object({ case: z.string(), rows: z.int() }).meta({ id: 'HeldRows' })
z.object({ case: z.string(), holds: z.int() }).meta({ id: 'EndedHolds' })

const job = z
  .object({
    ...{ name: z.string(), startedAt: z.iso.datetime() },
    finishedAt: moment.meta({ description: 'Null: it runs.' }),
    tookMs: z.number().nullable().meta({ description: 'The last run; null: it runs.' }),
    ...{ result: text, failure: text },
    percent: z.int().nullable().meta({ description: 'How far a run has come that says so.' }),
    waits: z.boolean().meta({ description: 'Somebody wants it, and it has not begun since.' }),
    ...{ askedAt: moment, askedBy: text },
  })
  .meta({ id: 'Job' })
z.object({ rows: z.array(job) }).meta({ id: 'Jobs' })
z.object({
  sealedDays: z.int(),
  lastSealedDay: z.iso.date().nullable(),
  ...{ sealedAt: moment, keyId: text },
  jobs: z.array(job).meta({ description: 'retention and sealing, as far as they have run.' }),
}).meta({ id: 'LogKeeping' })

z.object({
  url: text.meta({ description: 'Null: none is declared.' }),
  ...{ checkedAt: moment, places: z.int(), error: text },
  held: z.array(z.string()).nullable().meta({
    description: 'The difference that waits to be accepted, as apply prints it; null: none.',
  }),
  ...{ heldId: text, acceptedBy: text },
}).meta({ id: 'Inventory' })

const listState = z
  .object({
    ...{ name: z.string(), category: z.string(), networks: z.array(network) },
    declared: z.boolean(),
    host: text.meta({ description: 'Of its address; null: it is a file.' }),
    credit: z
      .object({ by: z.string(), licence: z.string(), licenceUrl: z.string() })
      .nullable()
      .meta({ description: 'Who made it and wants to be named wherever it is shown.' }),
    ...{ names: z.number().nullable(), unusable: z.number().nullable() },
    heldNames: z.number().nullable().meta({
      description: 'Of a text that waits, because half of the names would be gone.',
    }),
    heldId: text.meta({ description: 'Of that text, by which it is accepted.' }),
    ...{ triedAt: moment, fetchedAt: moment, changedAt: moment, error: text },
  })
  .meta({ id: 'List' })
list('Lists', listState)

const category = z
  .object({
    ...{ name: z.string(), lists: z.array(z.string()), networks: z.array(network) },
    names: z.number(),
  })
  .meta({ id: 'Category' })
z.object({ rows: z.array(category) }).meta({ id: 'Categories' })
