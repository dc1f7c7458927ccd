import type { REASONS_EN } from './reasons-en.ts'
import type { LoginReason } from './words.ts'

/** The same as in English, word for word in what it means. */
export const REASONS_FR: Readonly<Record<keyof typeof REASONS_EN, LoginReason>> = {
  // The person's.
  'unknown-account': {
    what: 'personne ne porte le nom donné',
    toDo: 'Faites vérifier l’orthographe du nom, et ce qui suit le @. Voyez si le compte existe, dans l’annuaire ou parmi les comptes locaux.',
  },
  'ambiguous-account': {
    what: 'l’annuaire connaît plusieurs personnes de ce nom',
    toDo: 'Faites donner le nom complet, comme dans une adresse électronique ; ou rendez user_filter de l’annuaire plus étroit.',
  },
  'bad-user-name': {
    what: 'ce nom ne peut être celui de personne : vide, trop long, ou avec des caractères qu’aucun nom ne contient',
    toDo: 'Faites saisir le nom de nouveau, dans le champ du nom.',
  },
  'empty-password': {
    what: 'aucun mot de passe n’a été donné',
    toDo: 'Faites oublier ce réseau à l’appareil, puis rejoignez-le avec nom et mot de passe.',
  },
  'wrong-password': {
    what: 'le mot de passe est faux',
    toDo: 'A-t-il été changé récemment ? Faites oublier ce réseau à l’appareil, puis rejoignez-le avec le nouveau. Ce doit être celui du compte, non celui d’un Wi-Fi.',
  },
  'password-expired': {
    what: 'le mot de passe a expiré',
    toDo: 'La personne en choisit un nouveau là où l’organisation le fait faire, puis se connecte de nouveau.',
  },
  'account-disabled': {
    what: 'le compte est désactivé dans l’annuaire',
    toDo: 'Demandez à qui gère les comptes si c’est voulu.',
  },
  'account-locked': {
    what: 'le compte est verrouillé dans l’annuaire, d’ordinaire après trop de mots de passe faux',
    toDo: 'Cherchez un autre appareil de la personne qui a encore l’ancien mot de passe ; puis faites déverrouiller le compte.',
  },
  'account-expired': {
    what: 'le compte est arrivé à son terme dans l’annuaire',
    toDo: 'Demandez à qui gère les comptes s’il faut le renouveler.',
  },
  'account-restricted': {
    what: 'l’annuaire n’admet pas ce compte à cette heure, ou d’ici',
    toDo: 'Demandez à qui gère les comptes : c’est une règle de l’annuaire.',
  },
  'scim-inactive': {
    what: 'le fournisseur d’identité a désactivé le compte',
    toDo: 'Demandez à qui gère les comptes si c’est voulu. Tous les appareils de la personne sont refusés jusqu’à ce qu’il soit réactivé.',
  },
  'scim-deleted': {
    what: 'le fournisseur d’identité a supprimé le compte',
    toDo: 'Demandez à qui gère les comptes si c’est voulu. Tous les appareils de la personne sont refusés.',
  },
  'directory-gone': {
    what: 'l’annuaire ne connaît plus le compte',
    toDo: 'Demandez à qui gère les comptes si c’est voulu. Tous les appareils de la personne sont refusés jusqu’à ce que l’annuaire le connaisse de nouveau.',
  },
  'directory-disabled': {
    what: 'l’annuaire a désactivé le compte',
    toDo: 'Demandez à qui gère les comptes si c’est voulu. Tous les appareils de la personne sont refusés jusqu’à ce qu’il soit réactivé.',
  },
  'directory-expired': {
    what: 'le compte est arrivé à son terme dans l’annuaire',
    toDo: 'Demandez à qui gère les comptes s’il faut le renouveler. Tous les appareils de la personne sont refusés jusque-là.',
  },
  'too-many-failures': {
    what: 'trop de mots de passe faux de ce compte ont précédé, de cet appareil ou d’appareils qu’il n’a jamais utilisés',
    toDo: 'Rien n’est essayé avant la fin de la pause : de quelques secondes à quelques minutes, avec un annuaire jusqu’à une demi-heure. Faites oublier ce réseau à l’appareil, puis rejoignez-le avec le bon mot de passe. Si cela continue, un autre appareil a un ancien mot de passe, ou quelqu’un cherche à deviner.',
  },
  'refused-by-policy': {
    what: 'une règle le refuse',
    toDo: 'Regardez cette règle parmi les règles d’accès : qui, où et à quelles heures elle refuse. Si ce n’est pas voulu, changez-la et appliquez.',
  },

  // The thing's, with a key of its own.
  'device-key-unknown': {
    what: 'dans ce lieu et ce réseau, aucune clé ne reste pour cet appareil',
    toDo: 'Voyez npx accueil device-keys list : il n’y en a pas, elle est terminée, qui l’a faite pour soi a été désactivé, ou autant d’appareils qu’il est permis l’ont déjà. Faites-en une, ou libérez-la d’un appareil disparu.',
  },
  'device-key-wrong': {
    what: 'la phrase de passe de l’appareil n’est celle d’aucune clé qu’il puisse avoir',
    toDo: 'Saisissez la phrase de passe de nouveau. Si elle est juste, la clé est révoquée, d’un autre lieu, ou un autre appareil l’a : npx accueil device-keys list.',
  },
  'device-key-ambiguous': {
    what: 'plusieurs clés pourraient être celle de cet appareil, et le point d’accès ne dit pas laquelle',
    toDo: 'Donnez à la clé l’adresse de l’appareil (--mac), ou apportez les objets l’un après l’autre.',
  },
  'device-key-handshake': {
    what: 'ce que le point d’accès transmet de la négociation est illisible',
    toDo: 'Réglez le réseau sur WPA2 avec clés partagées, non WPA3 ; le point d’accès doit envoyer le nom du réseau et sa propre adresse radio.',
  },
  'device-keys-overloaded': {
    what: 'trop de clés étaient essayées à ce moment',
    toDo: 'L’appareil réessaie de lui-même. Si cela continue, donnez aux clés les adresses de leurs appareils, pour qu’aucune ne soit à chercher.',
  },

  // The home server's.
  'home-server-rejected': {
    what: 'le serveur d’origine du domaine dit non',
    toDo: 'La raison est connue là-bas : la personne la demande à l’organisation d’où vient son compte.',
  },
  'home-server-unavailable': {
    what: 'aucun serveur d’origine du domaine n’a répondu',
    toDo: 'La personne n’y est pour rien. Vérifiez les serveurs d’origine : npx accueil doctor, et prévenez qui les tient.',
  },
  'home-server-overloaded': {
    what: 'trop de demandes attendaient le serveur d’origine du domaine à ce moment',
    toDo: 'L’appareil réessaie de lui-même. Si cela continue, le serveur d’origine est trop lent : prévenez qui le tient.',
  },
  'home-server-given-up': {
    what: 'le serveur RADIUS s’est arrêté pendant qu’il attendait le serveur d’origine',
    toDo: 'L’appareil réessaie de lui-même.',
  },
  'proxy-loop': {
    what: 'la demande était déjà passée ici : le serveur d’origine nous la renvoie',
    toDo: 'Retirez ce domaine du serveur d’origine, ou du nôtre : l’un des deux doit en répondre lui-même.',
  },
  'proxy-too-long': {
    what: 'la demande est trop longue pour être transmise',
    toDo: 'Faites envoyer moins d’attributs par qui nous la transmet.',
  },
  'proxy-too-many-hops': {
    what: 'la demande est passée par plus de dix serveurs',
    toDo: 'Cherchez une boucle de serveurs qui se la transmettent.',
  },

  // Ours, for the moment.
  'directory-busy': {
    what: 'l’annuaire avait autant de connexions en cours qu’il lui en est permis',
    toDo: 'Réessayez dans une minute. Si cela continue, l’annuaire est lent : accueil_radius_directory_logins_under_way.',
  },
  'directory-unavailable': {
    what: 'l’annuaire n’a pas répondu',
    toDo: 'La personne n’y est pour rien. Vérifiez l’annuaire : npx accueil doctor. Qui était déjà venu entre entre-temps, si last_good le dit.',
  },
  'passwords-overloaded': {
    what: 'le mot de passe ne pouvait être vérifié à ce moment : trop venaient à la fois, ou la base de données était absente',
    toDo: 'L’appareil réessaie de lui-même. Si cela continue, le serveur RADIUS a trop peu de processeurs, ou quelqu’un essaie des mots de passe. Vérifiez aussi la base : npx accueil doctor.',
  },
  'grants-overloaded': {
    what: 'trop d’appareils étaient recherchés à ce moment',
    toDo: 'L’appareil réessaie de lui-même. Si cela continue, la base de données est trop lente.',
  },
  'grants-unavailable': {
    what: 'la base de données n’a pas dit si l’appareil a accepté les conditions',
    toDo: 'La personne voit la page de nouveau et peut accepter encore. Vérifiez la base : npx accueil doctor.',
  },
  'over-limit': {
    what: 'plus de demandes venaient à la fois que les limites ne permettent',
    toDo: 'D’ordinaire un appareil ou une passerelle réessaie sans fin : cherchez-le. Si un lieu est simplement si grand, relevez sa limite : docs/limits.md.',
  },
  'hand-over-failed': {
    what: 'le processus du serveur RADIUS qui avait commencé cette connexion n’a pas répondu à l’autre',
    toDo: 'L’appareil réessaie de lui-même. Si cela continue, un processus est bloqué ou surchargé : accueil_radius_handed_over_total.',
  },
  'reply-too-long': {
    what: 'la réponse ne tenait pas dans un paquet',
    toDo: 'Faites envoyer des Proxy-State moins nombreux ou plus courts par les relais ; ou donnez moins d’attributs par les règles.',
  },

  // The guest's.
  'no-grant': {
    what: 'l’appareil n’a pas accepté les conditions, ou depuis trop longtemps',
    toDo: 'C’est ainsi que cela commence : la page des conditions vient ensuite. Si aucune ne vient, ouvrez une adresse en http:// sur l’appareil. Un téléphone dont l’adresse privée change est à chaque fois un autre appareil.',
  },
  'one-time-unknown': {
    what: 'le mot de passe que la page avait fait pour l’appareil est utilisé, périmé, ou d’un autre appareil ou d’une autre passerelle',
    toDo: 'Faites ouvrir une adresse en http:// et accepter de nouveau. Un téléphone dont l’adresse privée change est à chaque fois un autre appareil.',
  },

  // The place's.
  'no-staff-network': {
    what: 'le lieu n’a pas de réseau interne',
    toDo: 'Déclarez networks.staff du lieu, ou retirez le réseau interne du point d’accès.',
  },
  'no-guest-network': {
    what: 'le lieu n’a pas de réseau des visiteurs',
    toDo: 'Déclarez networks.guest du lieu, ou retirez l’authentification par adresse de la passerelle.',
  },

  // The gateway's.
  'message-authenticator-missing': {
    what: 'ses demandes ne portent pas de Message-Authenticator : elles pourraient venir de n’importe qui',
    toDo: 'Mettez la passerelle à jour, ou activez Message-Authenticator dans ses réglages RADIUS.',
  },
  'message-authenticator-wrong': {
    what: 'ses demandes sont signées avec un autre secret que celui qui est déclaré',
    toDo: 'Donnez à la passerelle le secret déclaré, lettre pour lettre ; ou déclarez celui qu’elle a.',
  },
  'proxy-state-unsigned': {
    what: 'ses demandes passent par un relais et ne portent pas de Message-Authenticator : elles pourraient venir de n’importe qui',
    toDo: 'Activez Message-Authenticator sur le relais ; ou, s’il ne peut pas, déclarez la passerelle de confiance : docs/gateways.md.',
  },
  'accounting-authenticator-wrong': {
    what: 'son suivi (accounting) est signé avec un autre secret que celui qui est déclaré',
    toDo: 'Donnez à la passerelle le secret déclaré, lettre pour lettre ; certaines en gardent un à part pour l’accounting.',
  },
  'bad-password-attribute': {
    what: 'le mot de passe dans le paquet est illisible',
    toDo: 'Comparez le secret de la passerelle avec celui qui est déclaré.',
  },
  'chap-needs-clear-password': {
    what: 'la passerelle demande par CHAP, qui voudrait tous les mots de passe en clair',
    toDo: 'Réglez la passerelle sur PAP ou MS-CHAPv2 ; mieux, sur 802.1X.',
  },
  'mschap-version-1': {
    what: 'la passerelle demande par MS-CHAP version 1, qui est cassé',
    toDo: 'Réglez la passerelle sur MS-CHAPv2 ou PAP ; mieux, sur 802.1X.',
  },
  'no-method': {
    what: 'la demande ne contenait rien qui puisse prouver qui que ce soit',
    toDo: 'Réglez la passerelle sur 802.1X (WPA-Enterprise) pour le réseau interne, ou sur l’authentification par adresse pour les visiteurs.',
  },

  // The device's settings.
  'no-nt-hash': {
    what: 'l’appareil ne propose que MS-CHAPv2, pour lequel rien n’est gardé de ce compte',
    toDo: 'Réglez l’appareil sur EAP-TTLS avec PAP ; ou déclarez mschap: true pour le compte, ou nt_hash pour l’annuaire.',
  },
  'eap-tls': {
    what: 'l’appareil a rompu le chiffrement : d’ordinaire il ne croit pas le certificat du serveur',
    toDo: 'Installez sur l’appareil le profil de l’organisation, ou eap-ca.pem ; le nom attendu est le nom d’hôte du portail. S’il utilise un certificat à lui, celui-ci peut être faux ou abîmé.',
  },
  'eap-method-refused': {
    what: 'l’appareil ne veut ni EAP-TTLS, ni PEAP, ni EAP-TLS',
    toDo: 'Choisissez EAP-TTLS avec PAP dans ses réglages Wi-Fi. EAP-TLS n’existe que là où un device_ca est déclaré.',
  },
  'eap-inner-method': {
    what: 'dans le tunnel, l’appareil veut une méthode inconnue ici',
    toDo: 'Choisissez PAP pour EAP-TTLS, ou MSCHAPv2 ou GTC pour PEAP, dans ses réglages Wi-Fi.',
  },
  'eap-protocol': {
    what: 'l’appareil a dit quelque chose qui n’avait pas sa place',
    toDo: 'Coupez et remettez son Wi-Fi. Si cela continue, mettez à jour l’appareil ou le point d’accès.',
  },
  'eap-unknown-state': {
    what: 'la réponse est venue trop tard, ou à un serveur redémarré entre-temps',
    toDo: 'L’appareil réessaie de lui-même. Si cela continue, les réponses prennent plus d’une minute : regardez la ligne du lieu.',
  },
  'eap-too-many-rounds': {
    what: 'après 50 paquets il n’y avait pas de fin',
    toDo: 'La passerelle ne permet que de très petits paquets : relevez son Framed-MTU ; ou l’appareil est défaillant.',
  },
  'certificate-missing': {
    what: 'l’appareil a choisi EAP-TLS et ne montre pas de certificat',
    toDo: 'Installez le certificat sur l’appareil et choisissez-le pour ce réseau.',
  },
  'certificate-unknown-ca': {
    what: 'le certificat de l’appareil vient d’une autorité qui n’est pas déclarée',
    toDo: 'Déclarez l’autorité sous device_ca, ou donnez à l’appareil un certificat d’une autorité qui l’est.',
  },
  'certificate-not-valid': {
    what: 'le certificat de l’appareil est terminé, n’a pas commencé, ou n’est pas pour cet usage',
    toDo: 'Renouvelez-le. S’il paraît juste, vérifiez les horloges de l’appareil et du serveur.',
  },
  'certificate-revoked': {
    what: 'le certificat de l’appareil est révoqué',
    toDo: 'C’est voulu, sauf si le numéro a été mis dans revoked par erreur : donnez-en un autre à l’appareil.',
  },
  'device-ended': {
    what: 'le mot de passe de l’appareil a été révoqué, ou sa durée est passée',
    toDo: 'C’est voulu. Son propriétaire peut l’enregistrer de nouveau dans les pages du personnel et installer le nouveau profil.',
  },
  'certificate-without-name': {
    what: 'le certificat n’a pas de nom, ou plusieurs, là où name_from le dit',
    toDo: 'Émettez-le avec exactement un nom à cet endroit, ou déclarez un autre name_from.',
  },
}
