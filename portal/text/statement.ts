import type { Conformity } from '../look.ts'

/**
 * The accessibility statement in the form of the order of 20 September 2019: a text of law, hence in
 * French, and in English for those who read that better.
 */
export interface Statement {
  readonly title: string
  readonly promise: string
  readonly scope: string
  readonly state: string
  readonly conformity: Readonly<Record<Conformity, string>>
  readonly tests: string
  readonly audited: string
  readonly notAudited: string
  readonly notAccessible: string
  readonly nothingKnown: string
  readonly notExamined: string
  readonly established: string
  readonly technologies: string
  readonly checked: string
  readonly contact: string
  readonly contactText: string
  readonly contactPlace: string
  readonly remedies: string
  readonly remediesText: string
  readonly defender: readonly string[]
}

export type StatementLanguage = 'fr' | 'en'

const fr: Statement = {
  title: 'Déclaration d’accessibilité',
  promise:
    '{organisation} s’engage à rendre son service accessible, conformément à l’article 47 de la loi n° 2005-102 du 11 février 2005.',
  scope: 'Cette déclaration s’applique aux pages du Wi-Fi : {address}.',
  state: 'État de conformité',
  conformity: {
    none: 'Ces pages ne sont pas conformes au référentiel général d’amélioration de l’accessibilité (RGAA), version 4.1.',
    partial:
      'Ces pages sont partiellement conformes au référentiel général d’amélioration de l’accessibilité (RGAA), version 4.1, en raison des non-conformités énumérées ci-dessous.',
    full: 'Ces pages sont totalement conformes au référentiel général d’amélioration de l’accessibilité (RGAA), version 4.1.',
  },
  tests: 'Résultats des tests',
  audited: 'L’audit réalisé par {by} le {date} révèle que {percent} % des critères sont respectés.',
  notAudited: 'Aucun audit en cours de validité n’a encore mesuré le respect des critères.',
  notAccessible: 'Contenus non accessibles',
  nothingKnown: 'Aucun n’est connu.',
  notExamined: 'Ils ne sont pas connus, faute d’audit.',
  established: 'Établissement de cette déclaration',
  technologies: 'Technologies utilisées : HTML5, CSS, SVG. Aucun script.',
  checked:
    'À chaque version du logiciel, un outil automatique (axe-core) vérifie les pages dans toutes les langues, dans Chromium. Ce contrôle ne remplace pas un audit.',
  contact: 'Retour d’information et contact',
  contactText:
    'Si vous n’arrivez pas à lire ou à utiliser une page, écrivez à {contact} pour être orienté vers une solution accessible ou obtenir le contenu sous une autre forme.',
  contactPlace:
    'Si vous n’arrivez pas à lire ou à utiliser une page, parlez-en à l’accueil du lieu pour être orienté vers une solution accessible.',
  remedies: 'Voies de recours',
  remediesText:
    'Si vous avez signalé un défaut d’accessibilité qui vous empêche d’utiliser le Wi-Fi et que vous n’avez pas obtenu de réponse satisfaisante, vous pouvez saisir le Défenseur des droits :',
  defender: [
    'par le formulaire de contact : formulaire.defenseurdesdroits.fr',
    'par téléphone : 09 69 39 00 00',
    'auprès d’un délégué du Défenseur des droits dans votre région : www.defenseurdesdroits.fr',
    'par courrier, gratuit, sans timbre : Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07',
  ],
}

const en: Statement = {
  title: 'Accessibility statement',
  promise:
    '{organisation} undertakes to make its service accessible, in accordance with article 47 of French law no. 2005-102 of 11 February 2005.',
  scope: 'This statement applies to the Wi-Fi pages: {address}.',
  state: 'Compliance status',
  conformity: {
    none: 'These pages are not compliant with the French accessibility standard RGAA, version 4.1.',
    partial:
      'These pages are partially compliant with the French accessibility standard RGAA, version 4.1, because of the non-compliances listed below.',
    full: 'These pages are fully compliant with the French accessibility standard RGAA, version 4.1.',
  },
  tests: 'Test results',
  audited: 'The audit made by {by} on {date} found that {percent} % of the criteria are met.',
  notAudited: 'No valid audit has measured yet how many criteria are met.',
  notAccessible: 'Content that is not accessible',
  nothingKnown: 'None is known.',
  notExamined: 'It is not known, for want of an audit.',
  established: 'How this statement was made',
  technologies: 'Technologies used: HTML5, CSS, SVG. No script.',
  checked:
    'With each version of the software, an automatic tool (axe-core) checks the pages in every language, in Chromium. That does not replace an audit.',
  contact: 'Feedback and contact',
  contactText:
    'If you cannot read or use a page, write to {contact} to be shown an accessible alternative or to get the content in another form.',
  contactPlace:
    'If you cannot read or use a page, tell the staff of the place, to be shown an accessible alternative.',
  remedies: 'Remedies',
  remediesText:
    'If you reported an accessibility defect that keeps you from using the Wi-Fi and got no satisfactory answer, you can turn to the French Defender of Rights (Défenseur des droits):',
  defender: [
    'with the contact form: formulaire.defenseurdesdroits.fr',
    'by telephone: 09 69 39 00 00',
    'through a delegate of the Defender of Rights in your region: www.defenseurdesdroits.fr',
    'by post, free, without a stamp: Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07',
  ],
}

export const STATEMENTS: Readonly<Record<StatementLanguage, Statement>> = { fr, en }
