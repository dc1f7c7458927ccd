/** What staff read about devices that they let into the internal network, the reference; English has exactly these. */
export const internalFr = {
  arrival: {
    title: 'Le réseau interne de {organisation}',
    lead: 'Ce réseau est pour le personnel et les bénévoles de {organisation}. Identifiez-vous avec le compte que vous avez déjà : l’appareil entre ensuite pour {duration}.',
    leadCaptive:
      'Ce réseau est pour le personnel et les bénévoles de {organisation}. Identifiez-vous dans votre vrai navigateur, sur cet appareil ou sur un autre.',
    signIn: 'S’identifier',
    address: 'Ou ouvrez cette adresse sur un autre appareil, dans les quinze minutes :',
    other:
      'Vous n’êtes pas de {organisation} ? Quittez ce réseau et choisissez celui des visiteurs.',
  },

  join: {
    title: 'Faire entrer cet appareil',
    lead: 'Il entre dans le réseau interne de {organisation}, à votre nom, pour {duration}.',
    mac: 'Adresse Wi-Fi de l’appareil',
    place: 'Lieu',
    until: 'Jusqu’à',
    random:
      'Cet appareil invente son adresse : il entre moins longtemps, et devra redemander s’il en change.',
    yours:
      'Ne continuez que si cet appareil est devant vous. Ce qu’il fait sur le réseau est inscrit à votre nom.',
    submit: 'Faire entrer cet appareil',
    better: 'C’est un ordinateur ou un téléphone ? Enregistrez-le : il entrera toujours tout seul.',
  },

  closed: {
    unknown: {
      title: 'Cette adresse ne vaut plus',
      why: 'Elle est bonne pendant quinze minutes et pour un seul appareil. Sur l’appareil, ouvrez n’importe quelle page : une nouvelle adresse s’affiche.',
    },
    elsewhere: {
      title: 'Ce réseau ne fait entrer personne ainsi',
      why: 'Le lieu de cet appareil ne le permet plus. Demandez à votre service informatique, ou enregistrez l’appareil.',
    },
    refused: {
      title: 'Vous ne pouvez pas entrer ici maintenant',
      why: 'Les règles de votre organisation disent : « {refusal} ». Demandez à votre service informatique si cela vous étonne.',
    },
    'too-many': {
      title: 'Vous avez déjà fait entrer {count} appareils',
      why: 'Terminez l’accès de l’un d’eux dans « Mes appareils », puis revenez à cette page.',
    },
    devices: 'Mes appareils',
  },

  mine: {
    title: 'Entrés par identification',
    until: 'à {site}, jusqu’au {moment}',
    end: 'Terminer',
    endNamed: 'Terminer l’accès de {mac}',
  },
}

export type InternalText = typeof internalFr
