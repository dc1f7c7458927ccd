import { REASONS_FR } from './reasons-fr.ts'
import { lengthOf } from './words.ts'
import type { LoginWords } from './words.ts'

const withDevice = (mac: string | null): string => (mac === null ? '' : ` avec l’appareil ${mac}`)
const inTime = (ms: number | null): string => (ms === null ? '' : ` en ${ms} ms`)
const NETWORKS = { guest: ' au réseau des visiteurs', staff: ' au réseau interne' } as const

export const WORDS_FR: LoginWords = {
  reasons: REASONS_FR,
  methods: {
    pap: 'PAP',
    chap: 'CHAP',
    mschap: 'MS-CHAP',
    mschapv2: 'MS-CHAPv2',
    mac: 'par l’adresse de l’appareil',
    'mac-sign-in': 'par l’adresse d’un appareil que son propriétaire a fait entrer',
    captive: 'par l’adresse de l’appareil',
    'one-time': 'par un mot de passe à usage unique, fait par la page',
    'device-key': 'par une clé propre à l’appareil',
    proxied: 'transmise au serveur d’origine du domaine',
    ttls: 'EAP-TTLS',
    peap: 'PEAP',
    'eap-tls': 'EAP-TLS',
    eap: '802.1X, avant l’accord sur une méthode',
  },
  inner: {
    pap: 'PAP',
    gtc: 'EAP-GTC',
    mschapv2: 'MSCHAPv2',
    'eap-mschapv2': 'EAP-MSCHAPv2',
    password: 'un mot de passe',
  },

  theGateway: 'La passerelle',
  account: (account, mac) => `${account}${withDevice(mac)}`,
  nameless: (mac) => (mac === null ? 'Un appareil sans adresse' : `L’appareil ${mac}`),
  nameOfNobody: (mac) => `Quelqu’un dont personne ne porte le nom${withDevice(mac)}`,

  refused: (why) => `: accès refusé, car ${why}`,
  noAnswer: (why) => `: pas de réponse, car ${why}`,
  reason: (what, code) => `${what} (${code})`,
  ledToThePage: ': mené à la page des conditions, pas encore acceptées ou depuis trop longtemps',
  ledToSignIn: ': mené à la page où son propriétaire s’identifie pour lui',
  letIn(network, vlan, seconds) {
    const where = network === null ? '' : NETWORKS[network]
    const tag = vlan === null ? '' : `, VLAN ${vlan}`
    return `: accès donné${where}${tag}${seconds === null ? '' : `, pour ${lengthOf(seconds, 'fr')} au plus`}`
  },
  often: (count, since) => ` ; ${count} fois depuis ${since}`,

  inside: (method) => `à l’intérieur, ${method}`,
  tls: (version, cipher, isResumed) =>
    `${version}, ${cipher ?? 'chiffrement inconnu'}, ${isResumed ? 'session reprise' : 'négociation complète'}`,
  alert: (alert) => `l’appareil a dit : ${alert}`,
  rounds: (rounds) => `${rounds} échanges`,
  certificate: (serial) => `certificat numéro ${serial}`,
  rule: (rule) => `règle ${rule}`,
  answerers: {
    local: (_, ms) => `les comptes de la maison ont répondu${inTime(ms)}`,
    directory: (name, ms) =>
      `l’annuaire ${name} a été interrogé${ms === null ? '' : ` : ${ms} ms`}`,
    memory: (name) => `l’annuaire ${name} l’avait dit peu avant`,
    'last-good': (name, ms) =>
      `l’annuaire ${name} n’a pas répondu${inTime(ms)} : ce qu’il avait dit en dernier a été repris`,
    grant: (_, ms) => `le registre des accès donnés a répondu${inTime(ms)}`,
    certificate: () => 'le certificat a suffi',
    'device-key': (name) =>
      name === null ? 'une clé d’appareil parmi plusieurs' : `la clé d’appareil ${name}`,
    'home-server': (name, ms) =>
      ms === null
        ? `le serveur d’origine ${name} a été interrogé, sa réponse n’est pas venue`
        : `le serveur d’origine ${name} a répondu${inTime(ms)}`,
  },
  otherAnswerer: (answerer, name, ms) =>
    `${answerer}${name === null ? '' : ` ${name}`} a répondu${inTime(ms)}`,

  nothingFits: 'Aucune connexion ne correspond, dans les jours qui sont gardés.',
  nothingHeard: (gateway, site) => `Rien de crédible n’est venu de ${gateway} (${site}).`,
  lastHeard: (gateway, site, at) => `La dernière connexion par ${gateway} (${site}) date de ${at}.`,
  unproven: (count, at) =>
    `${count} demandes de son adresse étaient mal signées ou pas signées, la dernière à ${at} : le secret de la passerelle n’est pas celui qui est déclaré.`,
  noGateway: (site) => `Aucune passerelle n’est déclarée pour le lieu « ${site} ».`,
  lookByAddress:
    'Un nom que personne ne porte n’est pas gardé, car ce peut être un mot de passe : cherchez aussi par l’adresse de l’appareil.',
  undeclaredAddress:
    'Une passerelle dont l’adresse n’est pas déclarée n’est pas entendue du tout : le journal du rôle radius nomme l’adresse (radius.client.unknown).',
  otherAddress:
    'Certains téléphones ont une autre adresse dans chaque réseau : prenez celle que le téléphone affiche pour ce réseau.',
}
