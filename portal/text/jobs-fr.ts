import type { JobPart } from '#db/job-lines.ts'

/** What jobs are called and what came of them, the reference. */
export const jobsFr = {
  names: {
    'stale-sessions': 'Fermer les sessions silencieuses',
    sealing: 'Sceller les jours du journal',
    retention: 'Effacer ce qui a fait son temps',
    'audit-chain': 'Enchaîner les lignes de l’audit',
    quarantine: 'Vider la mise à l’écart',
    disconnects: 'Ranger les demandes de déconnexion',
    openings: 'Ranger les ouvertures des passerelles',
    'filter-windows': 'Fermer les observations du filtrage',
    'hour-counts': 'Compter l’activité',
    lists: 'Mettre à jour les listes de filtrage',
    'ended devices': 'Retirer les appareils arrivés à leur fin',
    'directory-sync': 'Demander aux annuaires qui est parti',
    staff: 'Fermer les connexions de l’équipe qui sont finies',
    'device reminders': 'Rappeler la fin proche d’un appareil',
    inventory: 'Relire l’inventaire NetBox',
    'site-import': 'Lire et appliquer un tableau de lieux',
    'chain-check': 'Vérifier l’audit et les sceaux',
    alerts: 'Envoyer les alertes',
  } as Readonly<Record<string, string>>,
  parts: {
    staleSessions: 'sessions silencieuses fermées : {sessions}, accès finis fermés : {grants}',
    daysMade: 'jours préparés : {days}',
    daysDropped: 'jours effacés : {days}',
    dayWaits: '{dayName} attend la fin d’une lecture',
    copiesEnded: 'copies gardées pour {caseName} effacées : {copies}',
    logEnded:
      'effacés du journal : sessions {sessions}, acceptations {acceptances}, accès {grants}',
    accountsForgotten: 'noms de comptes oubliés : {accounts}',
    tracesRemoved:
      'traces de connexion effacées : {logins}, demandes de déblocage effacées : {requests}',
    oldTraces:
      'anciennes traces effacées : lignes d’audit {lines}, demandes de dossiers {requests}, conservations {holds}',
    daysSealed: 'jours scellés : {days}, sceaux publiés : {seals}',
    sealWaits: '{targetName} attend depuis le {dayName}',
    linesLinked: 'lignes enchaînées : {lines}, points d’ancrage signés : {anchors}',
    chainsWhole: 'tout se suit sans rupture : lignes d’audit {lines}, sceaux {seals}',
    quarantine: 'lignes effacées : {rows}, encore à regarder : {left}',
    disconnects: 'demandes effacées : {requests}',
    openings:
      'effacés : ouvertures {openings}, appareils en attente {waiting}, mots de passe {passwords}',
    filterWindows: 'observations fermées : {windows}',
    hourCounts: 'nombres écrits : {numbers}, anciens effacés : {gone}',
    noListDue: 'rien à mettre à jour',
    listsChanged: 'listes changées : {lists}',
    listsUnchanged: 'listes inchangées : {lists}',
    listsHeldBack: 'listes retenues jusqu’à votre accord : {lists}',
    listsFailed: 'listes non chargées : {lists}',
    listsGone: 'listes retirées entre-temps : {lists}',
    listTrouble: '{listName} : {reasonName}',
    endedDevices: 'appareils effacés : {devices}',
    directorySync: 'comptes demandés : {accounts}, suspendus : {off}, rétablis : {back}',
    staff:
      'effacés : sessions finies {sessions}, personnes {people}, appareils connectés {devices}, appareils non connectés {arrivals}',
    noReminders: 'aucun canal n’est déclaré pour les rappels',
    reminders: 'personnes prévenues : {people}, adresses refusées : {refused}',
    noInventory: 'aucun inventaire n’est déclaré',
    inventory: 'lieux : {places}, changements : {changes}, disparus : {gone}',
    inventoryHeld:
      'retenu, car des lieux ont disparu de NetBox ({gone}) : regardez avec accueil inventory check, puis accueil inventory accept',
    inventoryFailed: 'rien n’a été changé : {reasonName}',
    noImport: 'aucun tableau n’attend',
    importRead: 'lu : lieux {places}, changements en attente de votre accord {changes}',
    importWrong: 'rien n’a été changé : erreurs dans le tableau {mistakes}',
    imported: 'fait : lieux {places}, changements {changes}',
    noChannel: 'aucun canal n’est déclaré',
    alerts:
      'envoyées : {sent}, échouées : {failed}, en attente de la fin des heures calmes : {quiet}',
  } satisfies Readonly<Record<JobPart, string>> as Readonly<Record<JobPart, string>>,
}

export type JobsText = typeof jobsFr
