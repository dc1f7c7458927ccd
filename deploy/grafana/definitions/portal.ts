import { perSecond, quantile } from '../ask.ts'
import type { DashboardDefinition } from '../dashboard.ts'

export const portal: DashboardDefinition = {
  uid: 'accueil-portal',
  title: 'Accueil · portail',
  about: 'Pages des visiteurs et du personnel, passerelles à ouvrir.',
  rows: [
    [
      'Visiteurs',
      [
        {
          ...{ title: 'Conditions', kind: 'lines', width: 8, unit: 'reqps' },
          queries: [
            [perSecond('accueil_portal_acceptances_total'), 'acceptées'],
            [perSecond('accueil_portal_returns_total'), 'encore valables'],
          ],
        },
        {
          ...{ title: 'Demandes refusées', kind: 'lines', width: 8, unit: 'reqps' },
          about: 'bad-signature, clock-ahead et unknown-gateway désignent une passerelle.',
          queries: [[perSecond('accueil_portal_refusals_total', 'reason'), '{{reason}}']],
        },
        {
          ...{ title: 'Vérifications des téléphones', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_portal_probes_total', 'answer'), '{{answer}}']],
        },
        {
          ...{ title: 'Pages', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_portal_pages_total', 'page'), '{{page}}']],
        },
        {
          ...{ title: 'Pages de blocage', kind: 'stacked', width: 8, unit: 'reqps' },
          about: 'unknown : le filtre n’a pas répondu, voir ACCUEIL_DNS_FILTER.',
          queries: [[perSecond('accueil_portal_filter_questions_total', 'outcome'), '{{outcome}}']],
        },
        {
          ...{ title: 'Demandes de déblocage', kind: 'lines', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_portal_unblock_requests_total', 'outcome'), '{{outcome}}']],
        },
      ],
    ],
    [
      'Passerelles et base',
      [
        {
          ...{ title: 'Contrôleurs en échec', kind: 'lines', width: 8, unit: 'reqps' },
          about: 'Des visiteurs ont accepté et restent dehors.',
          queries: [
            [perSecond('accueil_portal_controller_failures_total', 'reason'), '{{reason}}'],
          ],
        },
        {
          ...{ title: 'Passerelles qui interrogent', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_portal_polls_total', 'ask'), '{{ask}}']],
        },
        {
          ...{ title: 'La base n’a pas répondu à temps', kind: 'lines', width: 8, unit: 'reqps' },
          queries: [
            [perSecond('accueil_portal_database_failures_total'), 'questions'],
            [perSecond('accueil_portal_waiting_dropped_total'), 'appareils non montrés'],
          ],
        },
      ],
    ],
    [
      'Personnel',
      [
        {
          ...{ title: 'Connexions aux pages', kind: 'stacked', width: 8, unit: 'reqps' },
          about: 'Beaucoup de wrong, wrong-code ou held : quelqu’un devine.',
          queries: [[perSecond('accueil_portal_sign_ins_total', 'outcome'), '{{outcome}}']],
        },
        {
          ...{ title: 'Annuaires : temps de réponse', kind: 'lines', width: 8, unit: 's' },
          queries: [
            [quantile(0.5, 'accueil_portal_directory_seconds'), 'la moitié'],
            [quantile(0.95, 'accueil_portal_directory_seconds'), '95 sur 100'],
          ],
        },
        {
          ...{ title: 'Échecs absents de l’audit', kind: 'lines', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_portal_failures_untold_total'), 'lignes']],
        },
      ],
    ],
  ],
}
