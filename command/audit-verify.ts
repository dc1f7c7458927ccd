import { parseArgs } from 'node:util'
import { raiseBrokenChain } from '#db/alerts.ts'
import { linkAuditLines, readHead } from '#db/audit-chain.ts'
import { checkAuditChain } from '#db/audit-chain-check.ts'
import type { ChainBreak } from '#db/audit-chain-check.ts'
import { writeAudit } from '#db/audit.ts'
import { cliActor } from './apply.ts'
import { withHouseAs } from './house.ts'
import { EXIT_FAILED } from './run.ts'

export async function runAuditVerify(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { head: { type: 'string' } } })
  const known = values.head === undefined ? null : readHead(values.head)
  return withHouseAs('operator', 'audit verify', async ({ database }) => {
    await linkAuditLines(database)
    const { lines, head, broken } = await checkAuditChain(database, Date.now(), known)
    await writeAudit(database.kysely, {
      actor: cliActor(),
      action: 'audit.verify',
      subject: 'audit.entry',
      reason: null,
      details: { lines, broken: broken === null ? null : tellBreak(broken) },
    })
    if (broken !== null) {
      await raiseBrokenChain(database.sql, 'audit', `line ${broken.n} (${broken.what})`)
      console.error(`accueil: ${tellBreak(broken)}`)
      return EXIT_FAILED
    }
    console.log(`${lines} lines of the audit are as they were written.`)
    if (head !== null) {
      console.log(`head ${head.n}:${head.hash}`)
      console.error(
        'accueil: keep the head elsewhere; --head HEAD then shows that none was made anew',
      )
    }
    return 0
  })
}

function tellBreak({ what, n, id, reason }: ChainBreak): string {
  const line = id === null ? `line ${n} of the chain` : `line ${n} of the chain (number ${id})`
  switch (what) {
    case 'changed':
      return `${line} was changed: ${reason}`
    case 'added':
      return `${line} was added: ${reason}`
    case 'missing':
      return `${line} is missing: ${reason}`
    case 'anchor':
      return `the anchor at ${line} counts for nothing: ${reason}`
  }
}
