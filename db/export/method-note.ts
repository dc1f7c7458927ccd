import { isAnybody } from '#core/actor.ts'
import type { PlaceTimes } from './pack-rows.ts'
import type { PackFacts } from './reading-copy.ts'

/** How the rows came about and what they do and do not say, for who has to weigh them. */
export function methodNote(facts: PackFacts, keyId: string, times: PlaceTimes): string {
  const { organisation, request, rows } = facts
  const asked = askedTimes(facts, times)
  const anybody = isAnybody(request.requestedBy)
  return `NOTE DE MÉTHODE

Organisme : ${organisation}. Procédure : ${request.caseRef}. Lignes : ${rows}.

1. Ce que contient le journal. Une ligne par connexion au Wi-Fi : lieu, équipement, réseau, adresse MAC
   de l'appareil, compte s'il y en a un, adresses privées, adresse publique et ports source s'ils sont
   connus, début, fin et cause de la fin. Il ne contient ni site consulté, ni nom de domaine, ni
   destination : la loi l'interdit.
2. D'où viennent les lignes. Des messages de comptabilité RADIUS (RFC 2866) de l'équipement du lieu et de
   l'acceptation des conditions d'utilisation. L'heure est celle de l'équipement quand elle est plausible,
   sinon celle de la réception.
3. Comment la recherche a été faite. Une seule recherche, sur les critères exacts de criteres.json, sans
   tri ni choix à la main. Une connexion correspond à un intervalle si elle était ouverte à un instant de
   cet intervalle. Le résultat est complet pour ces critères à la date du document.
4. Limites. Une adresse MAC peut avoir été inventée par l'appareil (deuxième chiffre 2, 6, A ou E). Une
   connexion sans fin reçue est dite en cours. Le réseau ouvert n'identifie personne. Derrière une adresse
   publique partagée, seul le port source distingue les appareils.
5. Les heures sont données en UTC et à l'heure du lieu, avec son décalage et la mention de l'heure d'été ou
   d'hiver qui y était en vigueur. Instants demandés, en UTC puis à l'heure des lieux :
${asked}
6. Vérifier. manifest.json nomme chaque fichier et son SHA-256 ; manifest.sig est sa signature Ed25519.
   « accueil logs verify FICHIER » contrôle le tout sans réseau ni base de données. Clé de signature :
   ${keyId}, à comparer avec celle que l'organisme a publiée.
7. Qui. Demandé par ${request.requestedBy}, approuvé par ${request.approvedBy}${anybody ? '.\n   « root » est le compte d’administration de la machine : il ne dit pas qui a demandé.' : ' : deux personnes.'}

METHOD NOTE

Organisation: ${organisation}. Case: ${request.caseRef}. Rows: ${rows}.

1. What the log holds. One row a Wi-Fi connection: place, gateway, network, MAC address of the device,
   account if any, private addresses, public address and source ports where known, start, stop and cause.
   It holds no site, no domain name and no destination: the law forbids it.
2. Where rows come from. RADIUS accounting (RFC 2866) of the place's gateway, and acceptances of the terms
   of use. The time is the gateway's where it is plausible, else the time of receipt.
3. How the search was made. One search by the exact criteria of criteres.json, nothing sorted out or chosen
   by hand. A connection fits an interval when it was open at some instant of it. The result is complete
   for these criteria at the date of the document.
4. Limits. A MAC address may have been made up by the device (second digit 2, 6, A or E). A connection of
   which no end was received is called open. The open network identifies nobody. Behind a shared public
   address only the source port tells devices apart.
5. Times are given in UTC and in the time of the place, with its offset and whether summer time held there.
   Instants asked for, in UTC and then in the time of the places:
${asked}
6. To verify. manifest.json names each file and its SHA-256; manifest.sig is its Ed25519 signature.
   "accueil logs verify FILE" checks all of it without network or database. Signing key: ${keyId}, to be
   compared with the one that the organisation has published.
7. Who. Requested by ${request.requestedBy}, approved by ${request.approvedBy}${anybody ? '.\n   "root" is the administration of the machine: it does not say who asked.' : ': two people.'}
`
}

/** The instants of the criteria, by the clock of the place, or of each zone where no place is named. */
function askedTimes({ request }: PackFacts, times: PlaceTimes): string {
  const { from, to, site } = request.criteria
  const zones = site === null ? times.zones : [times.zoneOf(site)]
  const lines = [from, to].flatMap((at) =>
    at === null
      ? []
      : [at.toISOString(), ...zones.map((zone) => `  ${times.write(at, zone)} (${zone})`)],
  )
  const said = lines.length === 0 ? ['aucun / none'] : [...new Set(lines)]
  return said.map((line) => `     ${line}`).join('\n')
}
