/**
 * How the tables that grow with people, not with what is declared, go to their association, should one Postgres not be
 * enough: docs/decisions/0073. What is declared (`house`) is in every cell.
 */
export interface Distribution {
  readonly table: string
  /** SQL: the association of a row `t`, from its own columns and from what every cell has. */
  readonly association: string | null
  /** Whether a query by primary key says it, or how the cell is known otherwise; or why the row is everywhere. */
  readonly reason: string
}

const ofSite = (site: string): string =>
  `(select s.association from house.site s where s.code = ${site})`
const ofGateway = (gateway: string): string =>
  `(select s.association from house.gateway g join house.site s on s.code = g.site where g.name = ${gateway})`

export const DISTRIBUTION: readonly Distribution[] = [
  {
    table: 'log.connection_row',
    association:
      '(select s.association from log.origin o join house.site s on s.code = o.site where o.id = t.origin)',
    reason:
      'the key is the day and half of a random identifier, unique in any cell; the cell is that of the gateway that the packet came from, of the place in a search, or all of them, each asked at once',
  },
  {
    table: 'log.session',
    association: ofSite('t.site'),
    reason: 'the key is a hash that begins with the gateway: one gateway, one cell',
  },
  {
    table: 'log.login',
    association: ofSite('t.site'),
    reason: 'written by who answered the gateway, read by place',
  },
  {
    table: 'log.gateway_restart',
    association: ofGateway('t.gateway'),
    reason: 'the gateway is the first column of the key',
  },
  {
    table: 'guest.acceptance',
    association: ofSite('t.site'),
    reason: 'the receipt’s code is unique in any cell, and all are asked for one',
  },
  {
    table: 'house.filter_count',
    association: ofSite('t.site'),
    reason: 'the place is in the key; what no place is known of is counted where it came',
  },
  {
    table: 'log.journal',
    association: null,
    reason:
      'a batch of what one process acknowledged, there for a quarter of a second: it is where that process is, and so of its cell',
  },
  {
    table: 'guest.access',
    association: null,
    reason:
      'a device that accepted is known at every place: followed by all cells, by when it changed',
  },
  {
    table: 'audit.entry',
    association: null,
    reason: 'one chain: a cell has a chain of its own, and its head is published with its seals',
  },
  {
    table: 'staff.eap_session',
    association: null,
    reason:
      'sealed, and found by its identifier alone; it is where the gateway is, and a device that moves to another cell logs in once in full',
  },
]
