import type { fr } from './fr.ts'

/** One of the categories that have a sentence in every language. */
type Known = keyof (typeof fr)['categories']

interface ListCategory {
  readonly fr: string
  readonly en: string
  /** Called so in the other languages; else as in English. */
  readonly like?: Known
}

/**
 * The categories of the lists of Toulouse (UT1), by the folder they come in; those that `categories` has
 * itself (adult, games …) are not here. Names of our own: the university's are for its own catalogue.
 */
export const LIST_CATEGORIES: Readonly<Record<string, ListCategory>> = {
  aggressive: { fr: 'violence et haine', en: 'violence and hate', like: 'violence' },
  agressif: { fr: 'violence et haine', en: 'violence and hate', like: 'violence' },
  ai: { fr: 'intelligence artificielle', en: 'artificial intelligence' },
  arjel: { fr: 'paris en ligne agréés', en: 'licensed online betting', like: 'gambling' },
  associations_religieuses: { fr: 'associations religieuses', en: 'religious associations' },
  astrology: { fr: 'astrologie', en: 'astrology' },
  'audio-video': { fr: 'vidéo et musique', en: 'video and music', like: 'streaming' },
  bank: { fr: 'banques', en: 'banks' },
  bitcoin: { fr: 'cryptomonnaies', en: 'cryptocurrencies' },
  blog: { fr: 'blogs', en: 'blogs' },
  celebrity: { fr: 'célébrités', en: 'celebrities' },
  chat: { fr: 'discussion en ligne', en: 'online chat' },
  child: { fr: 'sites pour enfants', en: 'sites for children' },
  cleaning: { fr: 'antivirus et nettoyage', en: 'antivirus and cleaning' },
  cooking: { fr: 'cuisine', en: 'cooking' },
  cryptojacking: {
    ...{ fr: 'calcul de cryptomonnaie à votre insu', en: 'mining on your device' },
    like: 'malware',
  },
  dangerous_material: { fr: 'fabrication d’objets dangereux', en: 'making dangerous things' },
  ddos: { fr: 'attaques informatiques à louer', en: 'attacks for hire' },
  dialer: { fr: 'numéroteurs surtaxés', en: 'premium-rate diallers', like: 'malware' },
  doh: { fr: 'résolveurs chiffrés', en: 'encrypted resolvers', like: 'proxy' },
  download: { fr: 'téléchargement de logiciels', en: 'software downloads' },
  drogue: { fr: 'drogues', en: 'drugs', like: 'drugs' },
  'dynamic-dns': { fr: 'noms à adresse changeante', en: 'names with changing addresses' },
  educational_games: { fr: 'jeux éducatifs', en: 'educational games' },
  examen_pix: { fr: 'examen Pix', en: 'Pix exam' },
  fakenews: { fr: 'fausses informations', en: 'false news' },
  filehosting: { fr: 'partage de fichiers', en: 'file sharing' },
  financial: { fr: 'finance et bourse', en: 'finance and stock markets' },
  forums: { fr: 'forums', en: 'forums' },
  hacking: { fr: 'piratage informatique', en: 'hacking' },
  jobsearch: { fr: 'recherche d’emploi', en: 'job search' },
  lingerie: { fr: 'lingerie', en: 'lingerie' },
  liste_blanche: { fr: 'sites de confiance', en: 'trusted sites' },
  liste_bu: { fr: 'bibliothèques et enseignement', en: 'libraries and teaching' },
  mail: { fr: 'messagerie en ligne', en: 'webmail' },
  manga: { fr: 'mangas et bande dessinée', en: 'manga and comics' },
  marketingware: { fr: 'publicité intrusive', en: 'intrusive marketing', like: 'ads' },
  mixed_adult: { fr: 'sites en partie pour adultes', en: 'partly adult sites', like: 'adult' },
  'mobile-phone': { fr: 'sonneries et mobiles', en: 'ringtones and mobiles' },
  porn: { fr: 'contenu pour adultes', en: 'adult content', like: 'adult' },
  press: { fr: 'presse', en: 'news' },
  publicite: { fr: 'publicité et pistage', en: 'advertising and tracking', like: 'ads' },
  radio: { fr: 'radio en ligne', en: 'internet radio' },
  reaffected: { fr: 'sites qui ont changé de propriétaire', en: 'sites that changed hands' },
  redirector: { fr: 'contournement du filtre', en: 'ways round the filter', like: 'proxy' },
  'remote-control': { fr: 'prise de contrôle à distance', en: 'remote control' },
  'residential-proxies': {
    ...{ fr: 'relais chez des particuliers', en: 'residential proxies' },
    like: 'proxy',
  },
  sect: { fr: 'sectes', en: 'cults' },
  sexual_education: { fr: 'éducation sexuelle', en: 'sex education' },
  shopping: { fr: 'achats en ligne', en: 'online shopping' },
  shortener: { fr: 'raccourcisseurs d’adresses', en: 'link shorteners' },
  social_networks: { fr: 'réseaux sociaux', en: 'social networks', like: 'social' },
  sports: { fr: 'sport', en: 'sport' },
  stalkerware: { fr: 'logiciels espions', en: 'spying software', like: 'malware' },
  strict_redirector: { fr: 'contournement du filtre', en: 'ways round the filter', like: 'proxy' },
  strong_redirector: { fr: 'contournement du filtre', en: 'ways round the filter', like: 'proxy' },
  translation: { fr: 'traduction', en: 'translation' },
  tricheur: { fr: 'triche aux examens', en: 'cheating in exams' },
  update: { fr: 'mises à jour', en: 'updates' },
  vpn: { fr: 'réseaux privés virtuels', en: 'virtual private networks', like: 'proxy' },
  warez: { fr: 'copies illégales', en: 'illegal copies', like: 'piracy' },
  webmail: { fr: 'messagerie en ligne', en: 'webmail' },
}
