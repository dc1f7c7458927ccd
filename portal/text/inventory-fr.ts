/** Places from a table or from NetBox; the reference. */
export const inventoryFr = {
  title: 'Lieux par tableau',
  lead: 'Envoyez un tableau, lisez ce qu’il changerait, puis acceptez. Ce qui n’est pas dans le tableau reste comme il est.',
  link: 'Ajouter ou changer des lieux par un tableau',
  upload: 'Envoyer un tableau',
  file: 'Fichier CSV',
  fileHelp:
    'Une ligne par lieu : code, nom, association, réseaux, passerelle… sous les titres habituels, dans n’importe quel ordre. 4 Mo au plus.',
  look: 'Voir ce qui changerait',
  noFile: 'Choisissez d’abord un fichier.',
  underWay: 'Un tableau accepté est encore en cours. Attendez qu’il soit terminé.',
  changed: 'Ce n’est plus ce qui attend : quelqu’un a répondu, ou les lieux ont changé. Relisez.',
  sent: 'Envoyé par {who} le {when}.',
  reading: 'Le tableau est en cours de lecture…',
  working: 'Les changements sont en cours…',
  wrong: 'Rien n’a été changé. Corrigez ces lignes dans le tableau, puis envoyez-le à nouveau :',
  notes: 'À savoir',
  nothing: 'Ce tableau ne change rien : tout est déjà ainsi.',
  wouldChange: 'Rien n’est encore changé. Lieux lus : {places}, changements proposés : {changes}.',
  lines: 'Lignes',
  more: 'et {count} autres lignes',
  accept: 'Accepter ces changements',
  drop: 'Abandonner',
  done: 'C’est fait le {when}, accepté par {who}. Lieux lus : {places}, changements : {changes}.',
  polled: 'Dernière lecture : {when}, lieux : {places}.',
  failed: 'Rien n’a été changé :',
  held: 'Retenu : trop de lieux ont disparu d’un coup. Lisez, puis acceptez si c’est voulu.',
  acceptHeld: 'Accepter malgré les lieux disparus',
}

export type InventoryText = typeof inventoryFr
