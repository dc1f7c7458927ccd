/**
 * Where each table is, should one Postgres not be enough: docs/decisions/0073. Citus calls the first kind
 * distributed, the second reference tables.
 */
export interface ByAssociation {
  readonly table: string
  /** SQL: the association of a row `t`, from its own columns and from what every cell has. */
  readonly association: string
  /** By what a row is found in one cell, without asking another. */
  readonly found: string
}

const ofSite = (site: string): string =>
  `(select s.association from house.site s where s.code = ${site})`
const ofGateway = (gateway: string): string =>
  `(select s.association from house.gateway g join house.site s on s.code = g.site where g.name = ${gateway})`

/** They grow with people and gateways: each row is in the cell of its association, and in no other. */
export const BY_ASSOCIATION: readonly ByAssociation[] = [
  {
    table: 'log.connection_row',
    association:
      '(select s.association from log.origin o join house.site s on s.code = o.site where o.id = t.origin)',
    found:
      'the key is the day and half of a random identifier, unique in any cell; the cell is that of the gateway that the packet came from, of the place in a search, or all of them, each asked at once',
  },
  {
    table: 'log.former_address',
    association:
      '(select s.association from log.connection c join house.site s on s.code = c.site where c.day = t.day and c.id = t.id)',
    found: 'by day and identifier, like the row that it belongs to',
  },
  {
    table: 'log.session',
    association: ofSite('t.site'),
    found: 'the key is a hash that begins with the gateway: one gateway, one cell',
  },
  {
    table: 'log.login',
    association: ofSite('t.site'),
    found: 'written by who answered the gateway, read by place',
  },
  {
    table: 'log.gateway_restart',
    association: ofGateway('t.gateway'),
    found: 'the gateway is the first column of the key',
  },
  {
    table: 'guest.acceptance',
    association: ofSite('t.site'),
    found: 'the receipt’s code is unique in any cell, and all are asked for one',
  },
  {
    table: 'guest.waiting',
    association: ofSite('t.site'),
    found: 'the place is the first column of the key',
  },
  {
    table: 'guest.opening',
    association: ofGateway('t.gateway'),
    found: 'written for a gateway, read by that gateway',
  },
  {
    table: 'guest.credential',
    association: ofGateway('t.gateway'),
    found: 'shown by the gateway that it was made for, whose packets come to one cell',
  },
  {
    table: 'staff.internal_arrival',
    association: ofGateway('t.gateway'),
    found: 'opened from the page that the gateway led to',
  },
  {
    table: 'house.gateway_posture',
    association: ofGateway('t.gateway'),
    found: 'the gateway is the key',
  },
  {
    table: 'house.gateway_arrival',
    association: ofGateway('t.gateway'),
    found: 'the gateway is the key',
  },
  {
    table: 'house.disconnect',
    association: ofGateway('t.gateway'),
    found: 'a session is ended by the gateway that it is at',
  },
  {
    table: 'house.disconnect_form',
    association: ofGateway('t.gateway'),
    found: 'the gateway is the first column of the key',
  },
  {
    table: 'house.filter_count',
    association: ofSite('t.site'),
    found: 'the place is in the key; what no place is known of is counted where it came',
  },
  {
    table: 'house.hour_count',
    association: `coalesce(t.association, ${ofSite('t.site')})`,
    found:
      'the association is in the key; the sums of the house are those of its cells added together',
  },
  {
    table: 'house.unblock_request',
    association: ofSite('t.site'),
    found: 'read by place; one of no known place is where it came',
  },
  {
    table: 'house.unblock_answer',
    association: ofSite('t.site'),
    found: 'beside what it answers',
  },
]

export interface Elsewhere {
  readonly tables: readonly string[]
  readonly reason: string
}

export const ELSEWHERE = {
  /** The same in each cell. */
  everywhere: [
    {
      reason: 'declared: the same files are applied to each cell',
      tables: [
        ...['organisation', 'association', 'site', 'network', 'gateway', 'gateway_settings'],
        ...['authority', 'terms', 'terms_text', 'legal_basis', 'list', 'list_source', 'rule'],
        ...['filter', 'filter_device', 'policy', 'publish_target', 'retention', 'role_grant'],
        ...['inventory', 'alert_channel', 'opening', 'enrolment'],
      ]
        .map((name) => `house.${name}`)
        .concat(
          ...['account', 'directory', 'sign_in_provider', 'walled_garden_name', 'home_server'].map(
            (name) => `staff.${name}`,
          ),
          ...['realm', 'device_ca', 'revoked_certificate', 'device_key'].map(
            (name) => `staff.${name}`,
          ),
        ),
    },
    {
      reason: 'made once and copied: secrets and keys by which each cell knows what another gave',
      tables: [
        ...['staff.authority', 'staff.certificate', 'staff.proxy_identity'],
        ...['house.dns_token', 'house.api_token'],
      ],
    },
    {
      reason:
        'a few tens of thousands of staff, welcome at every place: written in the cell where they sign in, followed by the others by when it changed',
      tables: [
        ...['staff.device', 'staff.device_certificate', 'staff.device_key_mac', 'staff.person'],
        ...['staff.person_group', 'staff.person_group_member', 'staff.second_factor'],
        ...['staff.recovery_code', 'staff.passkey', 'staff.internal_grant'],
      ],
    },
    {
      reason:
        'a device that accepted is known at every place: followed by all cells, by when it changed',
      tables: ['guest.access'],
    },
  ],
  /** Each cell has its own, and nobody asks another cell for it. */
  ofTheCell: [
    {
      reason: 'a batch of what one process acknowledged, there for a quarter of a second',
      tables: ['log.journal'],
    },
    {
      reason: 'what a row says in words, by a number; a row that moves takes its words along',
      tables: ['log.account', 'log.basis', 'log.cause', 'log.origin', 'log.terms'],
    },
    {
      reason: 'a chain that a key signed, with its head published: it stays where it was sealed',
      tables: [
        ...[
          'audit.entry',
          'audit.anchor',
          'log.seal',
          'log.seal_leaf',
          'log.seal_published',
          'log.sealing_key',
        ],
        ...['log.key_change', 'log.amendment', 'log.closed_day', 'log.late_change'],
      ],
    },
    {
      reason: 'asked of a cell about rows that it has',
      tables: ['log.export_request', 'log.hold', 'log.hold_row', 'log.held', 'log.quarantine'],
    },
    {
      reason: 'of who signed in there, or logs in there: elsewhere they do it once more',
      tables: ['staff.session', 'staff.eap_session', 'staff.known_device'],
    },
    {
      reason: 'of the processes and the jobs of the cell',
      tables: [
        ...['house.process', 'house.job', 'house.upgrade', 'house.answered_request'],
        ...['house.alert', 'house.alert_delivery', 'house.list_state', 'house.inventory_site'],
        ...['house.inventory_state', 'house.site_import', 'house.filter_hour'],
        ...['staff.device_reminder'],
      ],
    },
    {
      reason: 'made by an administrator on the cell of what it is for, and over after hours',
      tables: ['house.filter_lift', 'house.filter_window', 'house.filter_window_name'],
    },
  ],
} as const satisfies Readonly<Record<string, readonly Elsewhere[]>>
