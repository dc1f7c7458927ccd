import { of, perSecond, quantile, share } from '../ask.ts'
import type { DashboardDefinition } from '../dashboard.ts'

export const dns: DashboardDefinition = {
  uid: 'accueil-dns',
  title: 'Accueil · noms',
  about: 'Le résolveur qui filtre. Aucun nom demandé n’est ici, ni ailleurs.',
  rows: [
    [
      'Réponses',
      [
        {
          ...{ title: 'Questions', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_dns_queries_total', 'transport'), '{{transport}}']],
        },
        {
          ...{ title: 'Réponses', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_dns_answers_total', 'verdict'), '{{verdict}}']],
        },
        {
          ...{ title: 'Part bloquée, part en échec', kind: 'lines', width: 8, unit: 'percentunit' },
          queries: [
            ...(['blocked', 'failed'] as const).map(
              (verdict) =>
                [
                  share(
                    perSecond('accueil_dns_answers_total', '', `verdict="${verdict}"`),
                    perSecond('accueil_dns_answers_total'),
                  ),
                  verdict,
                ] as const,
            ),
          ],
        },
        {
          ...{ title: 'Laissé de côté', kind: 'lines', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_dns_dropped_total', 'reason'), '{{reason}}']],
        },
        {
          ...{ title: 'Connexions de clients', kind: 'stacked', width: 8 },
          queries: [[`sum by (transport) (${of('accueil_dns_connections')})`, '{{transport}}']],
        },
        {
          ...{ title: 'Datagrammes perdus', kind: 'lines', width: 8, unit: 'reqps' },
          queries: [
            [
              perSecond('accueil_dns_udp_datagrams_total', 'event', 'event!~"received|sent"'),
              '{{event}}',
            ],
          ],
        },
      ],
    ],
    [
      'En amont',
      [
        {
          ...{ title: 'Temps d’attente', kind: 'lines', width: 8, unit: 's' },
          queries: [
            [quantile(0.5, 'accueil_dns_upstream_seconds'), 'la moitié'],
            [quantile(0.95, 'accueil_dns_upstream_seconds'), '95 sur 100'],
            [quantile(0.99, 'accueil_dns_upstream_seconds'), '99 sur 100'],
          ],
        },
        {
          ...{ title: 'Échecs', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_dns_upstream_failures_total', 'reason'), '{{reason}}']],
        },
        {
          ...{ title: 'Fausses réponses écartées', kind: 'lines', width: 8, unit: 'reqps' },
          ...{ badFrom: 10, about: 'Une hausse est une attaque.' },
          queries: [[perSecond('accueil_dns_upstream_mismatches_total'), 'réponses']],
        },
      ],
    ],
    [
      'Mémoire et listes',
      [
        {
          ...{ title: 'Trouvé en mémoire', kind: 'lines', width: 8, unit: 'percentunit' },
          queries: [
            [
              share(
                perSecond('accueil_dns_cache_total', '', 'event=~"hit|stale"'),
                perSecond('accueil_dns_cache_total', '', 'event=~"hit|stale|miss"'),
              ),
              'part des questions',
            ],
          ],
        },
        {
          ...{ title: 'Noms sur les listes', kind: 'lines', width: 8 },
          queries: [[of('accueil_dns_list_names'), '{{instance}}']],
        },
        {
          ...{ title: 'Listes qui ne bloquent pas encore', kind: 'number', width: 4, badFrom: 1 },
          queries: [[`max(${of('accueil_dns_lists_pending')})`, 'listes']],
        },
        {
          ...{ title: 'Fin du certificat', kind: 'number', width: 4, unit: 's' },
          ...{ badBelow: 604_800, about: 'De DNS par TLS et par HTTPS ; vide sans certificat.' },
          queries: [[`min(${of('accueil_dns_certificate_expires_seconds')})`, 'reste']],
        },
      ],
    ],
  ],
}
