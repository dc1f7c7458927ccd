import { styleText } from 'node:util'
import { formatListenAddress } from '#core/listen.ts'
import type { House } from './house.ts'

/** The screen on which a newcomer can act: what serves where, and lines that work when pasted. */
export async function readyScreen(house: House, roles: readonly string[]): Promise<string> {
  const { config } = house
  const bold = (text: string): string => styleText('bold', text)
  const dim = (text: string): string => styleText('dim', text)
  const data = config.databaseUrl === null ? `data in ${config.dataDir}` : 'on DATABASE_URL'
  const addresses: readonly (readonly [string, string, string])[] = [
    ['portal', 'Portal', config.publicUrl.href],
    ['portal', 'Staff', new URL('/staff', config.publicUrl).href],
    [
      'portal',
      'Admin',
      `${new URL('/admin', config.publicUrl).href} (who may: docs/admin-guide.md)`,
    ],
    [
      'radius',
      'RADIUS',
      `${formatListenAddress(config.radius)} (authentication), ${formatListenAddress(config.radiusAcct)} (accounting), UDP`,
    ],
    ['radius', 'RadSec', `${formatListenAddress(config.radsec)}, TLS`],
    ['dns', 'DNS', `${formatListenAddress(config.dns)}, UDP and TCP`],
    ...(config.dnsTls === null
      ? []
      : ([
          [
            'dns',
            'DNS',
            `${formatListenAddress(config.dnsTls.dot)}, TLS; ${formatListenAddress(config.dnsTls.doh)}, HTTPS`,
          ],
        ] as const)),
  ]
  const serving = addresses
    .filter(([role]) => roles.includes(role))
    .map(([, title, where]) => `  ${title.padEnd(9)} ${where}`)
  const lines = [
    '',
    `${bold('Accueil is ready')} ${dim(`(${data}; Ctrl-C stops it)`)}`,
    '',
    ...serving,
    `  ${'Metrics'.padEnd(9)} http://${formatListenAddress(config.metrics)}/metrics`,
    ...config.warnings.map((warning) => `  ${styleText('yellow', 'Note')}      ${warning}`),
  ]
  const isWhole = roles.includes('jobs') && roles.length === 4
  const tries = isWhole ? await (await import('./demo.ts')).demoLines(house) : null
  if (tries !== null) {
    lines.push('', bold('Try it: paste these in another terminal, from this folder'))
    for (const [what, command] of tries) lines.push('', `  ${dim(what)}`, `  ${command}`)
    lines.push('', 'This is a demonstration place. Declare your own: docs/declare.md')
  } else {
    lines.push('', 'Declare places, gateways and lists: npx accueil apply FILE (docs/declare.md)')
  }
  lines.push('Is all well? npx accueil doctor', '')
  return lines.join('\n')
}
