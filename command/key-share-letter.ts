import { writeShare } from '#core/key-share.ts'
import type { KeyShare } from '#core/key-share.ts'

/** One sheet for whoever keeps a share: it must explain itself in ten years, to somebody who never heard of it. */
export function keyShareLetter(share: KeyShare, organisation: string, day: string): string {
  const { number, total, threshold, splitting, key } = share
  const groups = writeShare(share).split('-')
  const lines = [0, 4, 8, 12].map((from) => groups.slice(from, from + 4).join('-'))
  return `# ${organisation} · Accueil · ${day}
#
# FR  Part ${number} sur ${total} de la clé maîtresse (clé ${key}, partage ${splitting}).
#     ${threshold} parts sur ${total} la reconstituent ; une seule, ou ${threshold - 1}, n’apprend rien.
#     Gardez cette feuille sous enveloppe scellée, loin des autres parts et des sauvegardes.
#     Ne la donnez qu’à la personne qui remet le service en marche, et seulement si la clé est perdue.
#     Si vous quittez l’association, rendez-la : un nouveau partage sera fait.
#
# EN  Share ${number} of ${total} of the master key (key ${key}, splitting ${splitting}).
#     ${threshold} of the ${total} make the key again; one, or ${threshold - 1}, tells nothing.
#     Keep this sheet in a sealed envelope, away from other shares and from backups.
#     Give it only to who brings the service up again, and only where the key is lost: accueil key join
#     When you leave, give it back: the key is split anew.

${lines.join('\n')}
`
}
