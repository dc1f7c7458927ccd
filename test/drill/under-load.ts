import { setTimeout as sleep } from 'node:timers/promises'
import { CONTRACT_FILES, temporaryFolder } from '../support/folder.ts'
import { acceptTerms, signedPath } from '../support/peers/guest.ts'
import type { Product } from '../support/peers/product.ts'
import type { Report } from './given.ts'
import { PEOPLE_SECRET, startPeople } from './people.ts'
import type { Kind, Login, People, Server } from './people.ts'
import { balanceOf } from './proof.ts'

/** What goes on without the database: nobody may feel more than a packet sent again. */
export const THROUGHOUT: readonly Kind[] = ['staff login', 'known device', 'name']

const KNOWN = '06-00-5E-00-00-01'
const SETTLE_MS = 180_000

/** Breaks something while people use these servers, and says what they felt and what was lost. */
export async function underLoad(
  o: {
    readonly run: number
    readonly servers: readonly Server[]
    /** Those with the role radius: their spools must be empty before anything is compared. */
    readonly accountants: readonly Product[]
    readonly url: string
    readonly throughout?: readonly Kind[]
    readonly staff?: Login
  },
  breakIt: (people: People) => Promise<string>,
): Promise<Report> {
  await using people = await startPeople({
    ...{ servers: o.servers, run: o.run, known: KNOWN },
    ...(o.staff === undefined ? {} : { staff: o.staff }),
  })
  // So that the drill does not begin with the first login of all.
  await settled(people)
  const took = await breakIt(people)
  const { acknowledged, lost, split } = await balanceOf(people, o.accountants, o.url)
  const { felt } = people
  return { took, felt, acknowledged, lost, split, throughout: o.throughout ?? THROUGHOUT }
}

/** The contract's example, and one device that is known from then on. */
export async function declare(owner: Product, portal: Product = owner, more = ''): Promise<void> {
  using files = temporaryFolder({
    ...CONTRACT_FILES,
    'house.yaml': CONTRACT_FILES['house.yaml'] + more,
  })
  const applied = await owner.command('apply', files.file('house.yaml'))
  if (applied.code !== 0) throw new Error(applied.stdout + applied.stderr)
  await portal.ready()
  const asked = { gateway: 'gw-0042', secret: PEOPLE_SECRET, mac: KNOWN, ip: '192.168.77.8' }
  await acceptTerms(portal.portalUrl, signedPath(asked))
}

async function settled(people: People): Promise<void> {
  const kinds = Object.values(people.felt)
  const enough = (): boolean =>
    people.accounting.acknowledged > 100 &&
    people.accepted.length > 2 &&
    kinds.every(({ asked, failed }) => asked - failed > 5)
  for (const end = Date.now() + SETTLE_MS; !enough();) {
    if (Date.now() > end) throw new Error(`people are not served: ${JSON.stringify(people.felt)}`)
    await sleep(200)
  }
  for (const felt of kinds) Object.assign(felt, { asked: 0, again: 0, failed: 0, worstMs: 0 })
}
