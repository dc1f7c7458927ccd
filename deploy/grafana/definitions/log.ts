import { of, perSecond } from '../ask.ts'
import type { DashboardDefinition } from '../dashboard.ts'

export const log: DashboardDefinition = {
  uid: 'accueil-log',
  title: 'Accueil · registre et base',
  about: 'De la confirmation d’une connexion à sa ligne au registre, et ce que font les tâches.',
  rows: [
    [
      'De la passerelle au registre',
      [
        {
          ...{ title: 'Connexions', kind: 'lines', width: 8, unit: 'reqps' },
          about: 'Confirmées, écrites au journal, portées au registre.',
          queries: [
            [perSecond('accueil_radius_accounting_responses_total'), 'confirmées'],
            [perSecond('accueil_radius_accounting_records_total'), 'au journal'],
            [perSecond('accueil_log_folded_total'), 'au registre'],
          ],
        },
        {
          ...{ title: 'Retard du registre', kind: 'lines', width: 8, unit: 's', badFrom: 900 },
          about: 'Rien n’est perdu ; une recherche attend ce qui manque.',
          queries: [[`max(${of('accueil_journal_age_seconds')})`, 'la plus ancienne']],
        },
        {
          ...{ title: 'En attente', kind: 'lines', width: 8 },
          queries: [
            [`max(${of('accueil_journal_events')})`, 'au journal'],
            [`sum(${of('accueil_radius_accounting_waiting')})`, 'pas encore sur disque'],
          ],
        },
        {
          ...{ title: 'Réserve locale', kind: 'lines', width: 8, unit: 'bytes', badFrom: 1.4e9 },
          about: '2 Gio au plus ; vide un jour ordinaire.',
          queries: [[of('accueil_radius_spool_bytes'), '{{instance}} {{process}}']],
        },
        {
          ...{ title: 'Réserve : entrées et sorties', kind: 'lines', width: 8, unit: 'reqps' },
          queries: [
            [perSecond('accueil_radius_spool_appends_total'), 'gardées'],
            [perSecond('accueil_radius_spool_replayed_total'), 'rendues'],
            [perSecond('accueil_radius_spool_refused_total'), 'refusées'],
          ],
        },
        {
          ...{ title: 'Refusées par le registre (1 h)', kind: 'number', width: 4, badFrom: 1 },
          about: 'npx accueil logs quarantine dit pourquoi.',
          queries: [[`sum(increase(${of('accueil_log_quarantined_total')}[1h]))`, 'connexions']],
        },
        {
          ...{ title: 'Le registre cède la place', kind: 'number', width: 4 },
          about: '1 : une vague est confirmée d’abord.',
          queries: [[`max(${of('accueil_log_fold_gives_way')})`, 'cède']],
        },
      ],
    ],
    [
      'Base et tâches',
      [
        {
          ...{ title: 'La base répond', kind: 'lines', width: 8 },
          queries: [[of('accueil_db_up'), '{{instance}}']],
        },
        {
          ...{ title: 'Depuis la dernière fois', kind: 'lines', width: 8, unit: 's' },
          about: 'De chaque tâche, où que ce soit dans la flotte.',
          queries: [
            [`time() - max by (job_name) (${of('accueil_job_started_seconds')})`, '{{job_name}}'],
          ],
        },
        {
          ...{ title: 'Tâches en échec', kind: 'lines', width: 8, badFrom: 1 },
          queries: [[`max by (job_name) (${of('accueil_job_failed')})`, '{{job_name}}']],
        },
        {
          ...{ title: 'Alertes de sécurité : envois', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_alerts_total', 'outcome'), '{{outcome}}']],
        },
        {
          ...{ title: 'Alertes de sécurité en attente', kind: 'lines', width: 8 },
          queries: [
            [`max by (channel) (${of('accueil_alerts_waiting')})`, '{{channel}}'],
            [`max by (channel) (${of('accueil_alerts_failing')})`, '{{channel}} : refusées'],
          ],
        },
        {
          ...{ title: 'Traces de connexion perdues', kind: 'lines', width: 8, unit: 'reqps' },
          about: 'Ce que radius explain ne saura pas ; aucune entrée n’est perdue.',
          queries: [[perSecond('accueil_radius_traces_lost_total', 'reason'), '{{reason}}']],
        },
      ],
    ],
  ],
}
