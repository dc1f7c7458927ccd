import { of, perSecond, quantile, share } from '../ask.ts'
import type { DashboardDefinition } from '../dashboard.ts'

export const radius: DashboardDefinition = {
  uid: 'accueil-radius',
  title: 'Accueil · RADIUS',
  about: 'Qui entre, qui n’entre pas et pourquoi ; passerelles, annuaires, domaines d’ailleurs.',
  rows: [
    [
      'Entrer',
      [
        {
          ...{ title: 'Paquets reçus', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_radius_requests_total', 'service'), '{{service}}']],
        },
        {
          ...{ title: 'Acceptés, par méthode', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_radius_accepts_total', 'method'), '{{method}}']],
        },
        {
          ...{ title: 'Refusés, par raison', kind: 'lines', width: 8, unit: 'reqps' },
          about: 'docs/operate.md, « Trouble », dit quoi faire de chacune.',
          queries: [
            [`topk(8, ${perSecond('accueil_radius_rejects_total', 'reason')})`, '{{reason}}'],
          ],
        },
        {
          ...{ title: 'Sans réponse, par raison', kind: 'lines', width: 8, unit: 'reqps' },
          queries: [
            [`topk(8, ${perSecond('accueil_radius_dropped_total', 'reason')})`, '{{reason}}'],
          ],
        },
        {
          ...{ title: '802.1X en cours', kind: 'lines', width: 8 },
          queries: [
            [`sum(${of('accueil_radius_eap_conversations')})`, 'conversations'],
            [`sum(${of('accueil_radius_passwords_waiting')})`, 'mots de passe à vérifier'],
            [`sum(${of('accueil_radius_in_work')})`, 'demandes en cours'],
          ],
        },
        {
          ...{ title: '802.1X repris sans mot de passe', kind: 'lines', width: 8 },
          ...{
            unit: 'percentunit',
            about: 'Part des entrées par 802.1X sur une session TLS reprise.',
          },
          queries: [
            [
              share(
                perSecond('accueil_radius_eap_resumed_total'),
                perSecond('accueil_radius_accepts_total', '', 'method=~"eap-tls|ttls-.*|peap-.*"'),
              ),
              'repris',
            ],
          ],
        },
      ],
    ],
    [
      'Passerelles',
      [
        {
          ...{ title: 'RadSec', kind: 'lines', width: 8 },
          queries: [
            [`sum(${of('accueil_radius_radsec_connections')})`, 'connexions'],
            [`sum(${of('accueil_radius_radsec_handshaking')})`, 'en train de se connecter'],
          ],
        },
        {
          ...{ title: 'RadSec refusé', kind: 'lines', width: 8, unit: 'reqps' },
          queries: [
            [
              perSecond('accueil_radius_radsec_handshakes_total', 'outcome', 'outcome!="accepted"'),
              '{{outcome}}',
            ],
          ],
        },
        {
          ...{ title: 'Signatures demandées', kind: 'stacked', width: 8 },
          about: 'Passerelles, selon ce qui est exigé de leurs demandes.',
          queries: [[`max by (posture) (${of('accueil_radius_gateways')})`, '{{posture}}']],
        },
        {
          ...{ title: 'Au-delà des limites', kind: 'lines', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_radius_over_limit_total', 'limit'), '{{limit}}']],
        },
        {
          ...{ title: 'Sessions à couper', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_radius_disconnects_total', 'outcome'), '{{outcome}}']],
        },
        {
          ...{ title: 'Datagrammes perdus', kind: 'lines', width: 8, unit: 'reqps' },
          about: 'dropped-by-kernel : ce processus est trop lent.',
          queries: [
            [
              perSecond('accueil_radius_udp_datagrams_total', 'event', 'event!~"received|sent"'),
              '{{event}}',
            ],
          ],
        },
      ],
    ],
    [
      'Annuaires et domaines d’ailleurs',
      [
        {
          ...{ title: 'Temps de réponse des annuaires', kind: 'lines', width: 8, unit: 's' },
          queries: [
            [quantile(0.5, 'accueil_radius_directory_seconds'), 'la moitié'],
            [quantile(0.95, 'accueil_radius_directory_seconds'), '95 sur 100'],
          ],
        },
        {
          ...{ title: 'Réponses des annuaires', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_radius_directory_logins_total', 'outcome'), '{{outcome}}']],
        },
        {
          ...{ title: 'Serveurs laissés de côté', kind: 'lines', width: 8, badFrom: 2 },
          about: '0 interrogé, 1 essayé, 2 laissé de côté parce que muet.',
          queries: [
            [`max by (server) (${of('accueil_radius_directory_server_state')})`, '{{server}}'],
            [`max by (server) (${of('accueil_radius_home_server_state')})`, '{{server}} (domaine)'],
          ],
        },
        {
          ...{ title: 'Entrées de mémoire', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_radius_directory_memory_total', 'use'), '{{use}}']],
        },
        {
          ...{ title: 'Demandes aux autres domaines', kind: 'stacked', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_radius_home_requests_total', 'event'), '{{event}}']],
        },
        {
          ...{ title: 'Leurs réponses écartées', kind: 'lines', width: 8, unit: 'reqps' },
          queries: [[perSecond('accueil_radius_home_reply_faults_total', 'fault'), '{{fault}}']],
        },
      ],
    ],
  ],
}
