import { expect, expectTypeOf, test } from 'vitest'
import type { ListHead } from '#db/lists.ts'
import type { Rule } from '#db/rules.ts'
import { KEPT_FORMATS } from './kept-formats.ts'
import type { FilteredPlaces } from './load-places.ts'

/*
 * What boxes of this version keep. Where the type check fails here, what is kept is another from now on: raise
 * its number, make of a value of before one of now in `fromBefore`, and write down here what it is.
 */
type Kind = 'guest' | 'staff'

interface KeptNetwork {
  readonly site: string
  readonly siteName: string
  readonly association: string
  readonly timezone: string
  readonly kind: Kind
  readonly vlan: number | null
  readonly grantSeconds: number
  readonly subnets: readonly string[]
  readonly nat: {
    readonly address: string | null
    readonly firstPort: number
    readonly lastPort: number
    readonly portsEach: number
  } | null
  readonly captive: {
    readonly ssid: string | null
    readonly gateways: readonly string[]
    readonly grantSeconds: number
    readonly randomMacSeconds: number
    readonly network: KeptNetwork
  } | null
}

interface KeptFilter {
  readonly association: string | null
  readonly site: string | null
  readonly device: string | null
  readonly network: Kind | null
  readonly hours: readonly string[]
  readonly block: readonly string[]
  readonly allow: readonly string[]
  readonly trust: readonly string[]
  readonly imposed: readonly string[]
  readonly answer: 'nxdomain' | 'nodata' | 'zero' | 'page' | null
  readonly answers: readonly string[]
  readonly page: readonly string[]
  readonly safeSearch: boolean | null
  readonly bypass: 'closed' | 'open' | null
  readonly asked: boolean
  readonly addresses: readonly string[]
  readonly privateNames: readonly string[]
  readonly internal: readonly string[]
  readonly forward: readonly string[]
  readonly always: readonly string[]
}

interface KeptDevice {
  readonly site: string
  readonly network: Kind
  readonly name: string
  readonly mac: string | null
}

interface KeptPlaces {
  readonly networks: readonly KeptNetwork[]
  readonly tokens: readonly {
    readonly site: string
    readonly network: Kind
    readonly device: string | null
    readonly token: string
    readonly until: number | null
  }[]
  readonly devices: readonly KeptDevice[]
  readonly windows: readonly {
    readonly id: string
    readonly site: string
    readonly network: Kind
    readonly address: string | null
    readonly device: string | null
    readonly until: number
  }[]
  readonly garden: readonly string[]
  readonly filters: {
    readonly filters: readonly KeptFilter[]
    readonly lifts: readonly {
      readonly association: string | null
      readonly site: string | null
      readonly network: Kind | null
      readonly subject: string | null
      readonly from: number
      readonly to: number
    }[]
    readonly devices: readonly KeptDevice[]
  }
}

interface KeptRule {
  readonly action: 'block' | 'allow'
  readonly domain: string
  readonly network: Kind | null
  readonly site: string | null
  readonly association: string | null
  readonly until: number | null
  readonly note: string | null
}

interface KeptList {
  readonly name: string
  readonly category: string
  readonly blocks: readonly Kind[]
  readonly sha256: string
}

test('the number of each format stands for what is kept', () => {
  expectTypeOf<FilteredPlaces>().toEqualTypeOf<KeptPlaces>()
  expectTypeOf<Rule>().toEqualTypeOf<KeptRule>()
  expectTypeOf<ListHead>().toEqualTypeOf<KeptList>()
  const { places, rules, lists } = KEPT_FORMATS
  expect([places.number, rules.number, lists.number]).toEqual([2, 2, 2])
})
