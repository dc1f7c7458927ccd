import { AppError } from '#core/error.ts'
import { loadListKeys } from '../../list-keys.ts'
import type { ListKey } from '../../list-keys.ts'
import { readListText } from '../../lists.ts'
import { fileNameOf, lengthOfTime, managed, said } from './writing.ts'
import type { Said, Writing } from './writing.ts'

/** The text of a list that is fetched is not declared: it is fetched again. */
export async function writeLists(writing: Writing): Promise<readonly Said[]> {
  const { kysely, seal, attach } = writing
  const keys = await loadListKeys({ kysely }, seal)
  const rows = await kysely
    .selectFrom('house.list')
    .leftJoin('house.list_source', 'house.list_source.list', 'house.list.name')
    .select(['name', 'category', 'blocks', 'made_by', 'url', 'folder', 'allow_private'])
    .orderBy('name')
    .execute()
  const lists: Said[] = []
  for (const { name, category, blocks, made_by: by, url, folder, ...row } of rows) {
    // One text at a time: some are large.
    const text = url === null ? await readListText({ kysely }, name) : null
    const file = text && attach(`lists/${fileNameOf(name)}.txt`, 'text/plain', text)
    lists.push({
      ...{ name, category },
      ...said({ file, url, folder, allow_private: row.allow_private }),
      ...said({ tsig: keyOf(writing, name, keys.get(name)) }),
      ...{ block: blocks, ...said({ managed: managed(by === 'declaration') }) },
    })
  }
  return lists
}

function keyOf({ secret }: Writing, list: string, key: ListKey | null | undefined): Said | null {
  if (key === undefined) return null
  if (key === null) {
    throw new AppError(
      'export',
      `the key of list "${list}" cannot be opened with this master key; declare it again`,
    )
  }
  const { name, algorithm } = key
  const text = Buffer.from(key.secret).toString('base64')
  return { name, algorithm, secret: secret('lists.*.tsig.secret', text) }
}

export async function writeRules({ kysely }: Writing): Promise<readonly Said[]> {
  const rows = await kysely
    .selectFrom('house.rule')
    .selectAll()
    .orderBy('domain')
    .orderBy('id')
    .execute()
  return rows.map(({ action, domain, network, site, association, until, note, declared }) => ({
    ...{ action, domain },
    ...said({ network, site, association, until: until?.toISOString(), note }),
    ...said({ managed: managed(declared) }),
  }))
}

export async function writePolicies({ kysely }: Writing): Promise<readonly Said[]> {
  const rows = await kysely.selectFrom('house.policy').selectAll().orderBy('position').execute()
  return rows.map((policy) => ({
    name: policy.name,
    ...said({
      when: said({
        network: policy.network,
        groups: policy.groups,
        associations: policy.associations,
        sites: policy.sites,
        hours: policy.hours,
        by: policy.proofs,
        devices: policy.devices,
      }),
    }),
    ...(policy.refusal === null
      ? {
          give: said({
            vlan: policy.vlan,
            session: policy.session_seconds && lengthOfTime(policy.session_seconds),
            down: policy.down_kbit && `${policy.down_kbit}k`,
            up: policy.up_kbit && `${policy.up_kbit}k`,
            filter: policy.filter,
            redirect: policy.redirect,
          }),
        }
      : { refuse: policy.refusal }),
  }))
}
