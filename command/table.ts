import { AppError } from '#core/error.ts'
import type { Command } from './run.ts'

/** Every verb. Each loads only what it needs: a search must not wait for the servers' code. */
export const commands: Readonly<Record<string, Command>> = {
  start: {
    usage: '[portal] [radius] [dns] [jobs]',
    summary: 'serve these roles, or all of them',
    run: async (args) => (await import('./start.ts')).runStart(args),
  },
  migrate: {
    usage: '',
    summary: 'bring the database to this version, and exit',
    run: async () => (await import('./migrate.ts')).runMigrate(),
  },
  apply: {
    usage: 'FILE… [--dry-run]',
    summary: 'make the house as the YAML files declare it; prints the difference',
    run: async (args) => (await import('./apply.ts')).runApply(args),
  },
  'logs search': {
    usage:
      '[--mac M] [--ip A] [--user U] [--site C] [--at T | --from T --to T] --reason TEXT [--json]',
    summary: 'who was there and when; the look itself is recorded',
    run: async (args) => (await import('./logs-search.ts')).runLogsSearch(args),
  },
  'lists check': {
    usage: 'DOMAIN [--site CODE] [--network guest|staff]',
    summary: 'whether a name is blocked there, and by which rule or line of which list',
    run: async (args) => (await import('./lists-check.ts')).runListsCheck(args),
  },
  doctor: {
    usage: '',
    summary: 'check database, ports, certificates, upstreams and clock; say what is wrong',
    run: async () => (await import('./doctor.ts')).runDoctor(),
  },
  'sites import': notBuilt('sites import', 'declare places with accueil apply'),
  rules: notBuilt('rules', 'declare rules with accueil apply'),
  lists: notBuilt('lists', 'declare lists with accueil apply'),
  'logs export': notBuilt('logs export', 'use accueil logs search --json'),
  'logs verify': notBuilt('logs verify', 'there is nothing to verify yet'),
  'logs purge': notBuilt('logs purge', 'the jobs role drops each day a year later'),
  'gateway config': notBuilt('gateway config', 'see docs/gateways.md'),
}

function notBuilt(name: string, meanwhile: string): Command {
  return {
    usage: '…',
    summary: `not built yet; ${meanwhile}`,
    run: () => Promise.reject(new AppError('not-built', `${name} is not built yet; ${meanwhile}`)),
  }
}
