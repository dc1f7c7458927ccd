import { of, perSecond } from '../ask.ts'
import type { DashboardDefinition } from '../dashboard.ts'

export const overview: DashboardDefinition = {
  uid: 'accueil-overview',
  title: 'Accueil · vue d’ensemble',
  about: 'Tout va-t-il bien, et sinon où regarder. Une case rouge a sa page dans docs/run-books/.',
  rows: [
    [
      'En ce moment',
      [
        {
          ...{ title: 'Alertes en cours', kind: 'number', width: 4, badFrom: 1 },
          about: 'docs/run-books/README.md a une page pour chacune.',
          queries: [
            ['count(ALERTS{alertname=~"Accueil.*",alertstate="firing"}) or vector(0)', 'alertes'],
          ],
        },
        {
          ...{ title: 'Copies qui ne répondent pas', kind: 'number', width: 4, badFrom: 1 },
          queries: [['count(up{job="accueil"} == 0) or vector(0)', 'copies']],
        },
        {
          ...{ title: 'Base de données', kind: 'number', width: 4, badBelow: 1 },
          about: '1 : elle répond à toutes les copies. 0 : une au moins sert de mémoire.',
          queries: [[`min(${of('accueil_db_up')})`, 'base']],
        },
        {
          ...{ title: 'Connexions non confirmées (1 h)', kind: 'number', width: 4, badFrom: 1 },
          about: 'Ni la base ni le disque ne les ont prises.',
          queries: [
            [`sum(increase(${of('accueil_radius_spool_refused_total')}[1h]))`, 'connexions'],
          ],
        },
        {
          ...{ title: 'Tâches en échec', kind: 'number', width: 4, badFrom: 1 },
          queries: [[`sum(max by (job_name) (${of('accueil_job_failed')}))`, 'tâches']],
        },
        {
          ...{ title: 'Annuaires muets', kind: 'number', width: 4, badFrom: 1 },
          about: 'Qui est déjà venu entre de mémoire, si last_good le permet.',
          queries: [
            [
              `count(max by (server) (${of('accueil_radius_directory_server_state')}) == 2) or vector(0)`,
              'serveurs',
            ],
          ],
        },
      ],
    ],
    [
      'Ce que vivent les gens',
      [
        {
          ...{ title: 'Visiteurs', kind: 'lines', width: 8, unit: 'reqps' },
          about: 'Conditions acceptées, et appareils qui reviennent sans page.',
          queries: [
            [perSecond('accueil_portal_acceptances_total'), 'acceptent'],
            [perSecond('accueil_portal_returns_total'), 'reviennent'],
          ],
        },
        {
          ...{ title: 'Entrées par RADIUS', kind: 'lines', width: 8, unit: 'reqps' },
          about: 'Un refus no-grant est la vie de tous les jours : l’appareil va au portail.',
          queries: [
            [perSecond('accueil_radius_accepts_total'), 'acceptées'],
            [perSecond('accueil_radius_rejects_total', '', 'reason!="no-grant"'), 'refusées'],
            [perSecond('accueil_radius_dropped_total'), 'sans réponse'],
          ],
        },
        {
          ...{ title: 'Noms', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_dns_answers_total', 'verdict'), '{{verdict}}']],
        },
      ],
    ],
    [
      'Les machines',
      [
        {
          ...{ title: 'Attente dans un processus (p99)', kind: 'lines', width: 8, unit: 's' },
          ...{ badFrom: 0.5, about: 'Une réponse sur cent attend au moins autant.' },
          queries: [[of('nodejs_eventloop_lag_p99_seconds'), '{{instance}} {{process}}']],
        },
        {
          ...{ title: 'Processeur', kind: 'lines', width: 8, unit: 'percentunit' },
          about: '100 % : un cœur entier.',
          queries: [
            [
              `rate(${of('process_cpu_seconds_total')}[$__rate_interval])`,
              '{{instance}} {{process}}',
            ],
          ],
        },
        {
          ...{ title: 'Mémoire', kind: 'lines', width: 8, unit: 'bytes' },
          queries: [[of('process_resident_memory_bytes'), '{{instance}} {{process}}']],
        },
      ],
    ],
  ],
}
