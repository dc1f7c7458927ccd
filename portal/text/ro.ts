import type { Text } from './fr.ts'

export const ro: Text = {
  reviewed: null,

  languageName: 'Română',
  units: null,
  skipToContent: 'Mergi la conținut',
  chooseLanguage: 'Alege limba',
  contactLabel: 'O întrebare?',

  terms: {
    title: 'Bun venit la Wi-Fi',
    lead: 'Gratuit, fără cont și fără parolă: citiți, acceptați și gata.',
    briefly: 'Pe scurt',
    grant: 'După ce acceptați, acest aparat are acces timp de {duration}.',
    filter: 'Un filtru blochează unele site-uri.',
    log: 'Legea ne cere să păstrăm un an urma conexiunii. Niciodată site-urile vizitate.',
    heading: 'Condiții de utilizare',
    version: 'Versiunea {version}, în vigoare din {date}.',
    consequence: 'Dacă apăsați, acceptați condițiile.',
    accept: 'Accept, conectează-mă',
    notAccepted: 'Încă nu sunteți conectat: apăsați butonul ca să acceptați condițiile.',
    changed:
      'Condițiile tocmai s-au schimbat. Iată versiunea nouă: vă rugăm să o citiți înainte de a accepta.',
    back: 'Funcționează din nou. Apăsați încă o dată butonul.',
    readTitle: 'Condiții și informații',
    noneYet: 'Acum nu sunt publicate condiții de utilizare.',
  },

  renewal: {
    title: 'Ne bucurăm să vă revedem',
    lead: 'Ați acceptat deja aceste condiții și ele nu s-au schimbat. Ajunge o apăsare.',
    accept: 'Prelungiți accesul meu',
    read: 'Recitiți condițiile',
  },

  receipt: {
    title: 'Verificați o chitanță',
    lead: 'Codul dat după acceptarea condițiilor arată ce s-a acceptat, când și unde.',
    code: 'Codul chitanței',
    check: 'Verificați',
    found: 'Această chitanță este autentică',
    notFound:
      'Nicio chitanță nu are acest cod. Verificați fiecare literă. O chitanță se păstrează un an.',
    accepted: 'Versiunea {version} a condițiilor, acceptată pe {date}.',
    place: 'Locul: {place}.',
    device: 'Adresa Wi-Fi a aparatului se termină cu {end}.',
    language: 'Limba textului arătat: {language}.',
    renewed: 'Acces prelungit: textul era restrâns, pentru că fusese deja acceptat.',
    readText: 'Citiți exact acest text',
    fingerprint: 'Amprenta textului (SHA-256): {hash}',
    plainText: 'Textul simplu, pentru a calcula amprenta',
    former: 'Această versiune nu mai este în vigoare.',
    toCome: 'Această versiune nu este încă în vigoare.',
    readCurrent: 'Citiți versiunea în vigoare',
  },

  onlyIn:
    'Acest text există numai în această limbă: {language}. Dacă nu îl înțelegeți, întrebați personalul de la fața locului.',

  notice: {
    heading: 'Datele dumneavoastră și filtrul',
    short: '{organisation} răspunde de aceste date. Aveți dreptul să știți ce se păstrează.',
    more: 'Citiți tot despre datele dumneavoastră și despre filtru',
    back: 'Înapoi la condiții',
    who: 'Cine răspunde',
    contact: 'Pentru o întrebare despre datele dumneavoastră',
    dpo: 'Responsabil cu protecția datelor (DPO)',
    why: 'De ce',
    whyLog:
      'Ca să respectăm legea franceză: ea ne cere să păstrăm urma conexiunilor (articolul {law} din codul francez al poștei și al comunicațiilor electronice; RGPD, articolul {article}).',
    whyAccess:
      'Ca aparatul dumneavoastră să se poată conecta și ca să dovedim că ați acceptat condițiile (RGPD, articolul {article}).',
    what: 'Ce păstrăm',
    whatText:
      'Locul, adresa Wi-Fi (MAC) și adresele de internet (IP) ale aparatului, începutul și sfârșitul conexiunii, cantitatea de date, versiunea condițiilor acceptate. Nu păstrăm numele dumneavoastră, nici site-urile pe care le vizitați, nici ce faceți acolo.',
    must: 'Nu trebuie să vă spuneți numele. Fără această urmă, legea nu ne permite să oferim acest Wi-Fi.',
    howLong: 'Cât timp',
    howLongText:
      'Un an, apoi totul se șterge, în afară de ce cere justiția să păstrăm mai mult timp.',
    recipients: 'Pentru cine',
    recipientsText:
      'Justiția și autoritățile pe care legea le permite, la cerere scrisă. Puținele persoane care au voie să se uite lasă o urmă de fiecare dată. Nimic nu se vinde și nu se folosește pentru reclamă.',
    rights: 'Drepturile dumneavoastră',
    rightsText:
      'Puteți întreba ce avem despre aparatul dumneavoastră, puteți cere să fie corectat sau folosit mai puțin. Legea nu ne permite să ștergem înainte de un an. Când sunteți conectat, o pagină arată ce se păstrează despre aparatul dumneavoastră.',
    ask: 'Scrieți la {contact}.',
    askNoContact: 'Întrebați personalul de la fața locului.',
    complaint:
      'Dacă credeți că drepturile nu vă sunt respectate, vă puteți plânge la autoritatea franceză: {authority}.',
  },

  filter: {
    heading: 'Filtrul: ce se blochează și cine hotărăște',
    what: 'Când aparatul dumneavoastră caută un site, comparăm numele lui cu liste de site-uri periculoase sau interzise de condiții. Dacă este pe listă, nu se deschide. Nu notăm cine a cerut ce.',
    who: '{organisation} alege listele și regulile.',
    complain: 'Un site este blocat din greșeală? Scrieți la {contact}.',
    complainNoContact: 'Un site este blocat din greșeală? Spuneți personalului de la fața locului.',
  },

  blocked: {
    title: 'Acest site este blocat aici',
    whyTitle: 'De ce',
    category: 'Filtrul pune acest site în categoria: {category}.',
    byRule: '{organisation} a ales să blocheze acest site.',
    noReason: 'Filtrul îl blochează fără să spună de ce.',
    reference: 'Codul blocării: {code}',
    who: 'Cine hotărăște',
    askTitle: 'Cereți deblocarea',
    note: 'De ce aveți nevoie de el? O propoziție, dacă doriți.',
    noName:
      'Nu scrieți niciun nume. Păstrăm numele site-ului și propoziția dumneavoastră, niciodată cine le-a trimis.',
    ask: 'Trimiteți cererea',
    notSent: 'Cererea nu a plecat. Încercați din nou peste un minut.',
    https:
      'Dacă adresa începe cu https, aparatul dumneavoastră arată o eroare în locul acestei pagini. Este intenționat: nu deschidem niciodată o conexiune criptată.',
    sentTitle: 'Cererea dumneavoastră a fost trimisă',
    sent: 'O vor citi persoanele care răspund de acest loc.',
    enough:
      'Alții au cerut deja acest site aici. Persoanele care răspund de acest loc le vor citi cererile.',
    afterwards:
      'Nu știm cine sunteți și nu vă putem răspunde. Încercați din nou site-ul peste câteva zile.',
    freeTitle: 'Acest site nu este blocat',
    free: 'Poate că aparatul dumneavoastră păstrează un răspuns vechi. Așteptați un minut, apoi deschideți din nou site-ul.',
    unknownTitle: 'Acest site nu se deschide',
    unknown: 'Nu știm de ce: filtrul nu ne-a răspuns. Încercați din nou peste un minut.',
  },

  categories: {
    adult: 'conținut pentru adulți',
    gambling: 'jocuri de noroc',
    malware: 'programe periculoase',
    phishing: 'înșelătorii și site-uri false',
    violence: 'violență și ură',
    drugs: 'droguri',
    piracy: 'copii ilegale',
    ads: 'publicitate și urmărire',
    social: 'rețele sociale',
    games: 'jocuri',
    streaming: 'video și muzică',
    dating: 'întâlniri',
    proxy: 'ocolirea filtrului',
  },

  device: {
    title: 'Ce se păstrează despre acest aparat',
    lead: 'Numai acest aparat poate deschide această pagină, timp de o oră.',
    address: 'Adresa Wi-Fi a acestui aparat: {mac}.',
    changes:
      'Multe telefoane își schimbă adresa din când în când. Nu putem ști că este același telefon.',
    accepted: 'Ce ați acceptat',
    acceptance: '{date}, {place}: versiunea {version}, limba: {language}.',
    none: 'Nu păstrăm nicio acceptare de pe acest aparat.',
    notAllowed: 'Acest aparat nu are acces acum.',
    log: 'Urma conexiunilor',
    ask: 'Pe cine să întrebați',
    away: 'Nu putem citi acum aceste informații. Încercați din nou peste un minut.',
  },

  poster: {
    title: 'Wi-Fi gratuit',
    scan: 'Scanați acest cod cu camera telefonului sau alegeți rețeaua {network} în setări.',
    noPage: 'Pagina nu apare? Deschideți {address}',
  },

  accessibility: {
    none: 'Accesibilitate: neconform',
    partial: 'Accesibilitate: parțial conform',
    full: 'Accesibilitate: complet conform',
  },

  connected: {
    title: 'Sunteți conectat',
    lead: 'Puteți închide această pagină și folosi internetul.',
    until: 'Acest aparat are acces până la {date}.',
    receipt: 'Chitanța dumneavoastră:',
    receiptWhy: 'Acest cod dovedește că ați acceptat. Nu trebuie să îl păstrați.',
    showReceipt: 'Vedeți această chitanță',
    stillWaiting:
      'Nu se deschide nimic? Așteptați câteva secunde, apoi opriți și porniți Wi-Fi-ul aparatului.',
    already: 'Acest aparat are deja acces. Nu trebuie să faceți nimic.',
    readTerms: 'Citiți din nou condițiile',
  },

  help: {
    title: 'Nu vă vedem aparatul',
    lead: 'Această pagină se deschide singură când intrați în Wi-Fi. Aici, nimic nu ne spune în ce loc sunteți.',
    howTo: 'Ca să vă conectați',
    join: 'Intrați în Wi-Fi-ul locului din setările aparatului.',
    open: 'Deschideți această pagină:',
    appears: 'Apare pagina Wi-Fi. Acceptați condițiile.',
  },

  home: {
    title: 'Un Wi-Fi deschis tuturor',
    lead: '{organisation} oferă internet gratuit oamenilor pe care îi primește.',
    visitors: 'Sunteți la fața locului?',
    visitorsText: 'Intrați în Wi-Fi-ul locului: pagina de conectare se deschide singură.',
    helpLink: 'Pagina nu se deschide',
    rules: 'Regulile, datele dumneavoastră',
    termsLink: 'Citiți condițiile',
  },

  refusal: {
    howTo: 'Cum să continuați',
    close: 'Închideți această pagină.',
    rejoin: 'În setări, ștergeți (uitați) Wi-Fi-ul locului, apoi intrați din nou în el.',
    open: 'Deschideți această pagină:',
    wait: 'Așteptați un minut fără să reîncărcați pagina.',
    tell: 'Dacă nu se schimbă nimic, spuneți personalului de la fața locului și dați acest cod:',
  },

  refusals: {
    address: {
      title: 'Această adresă nu funcționează',
      why: 'Lipsește ceva sau nu vine de la Wi-Fi-ul acestui loc.',
    },
    gateway: {
      title: 'Wi-Fi-ul acestui loc nu este bine configurat',
      why: 'Nu este vina dumneavoastră. Personalul de la fața locului poate anunța.',
    },
    unseen: {
      title: 'Nu vă găsim aparatul',
      why: 'Wi-Fi-ul acestui loc nu vede acest aparat.',
    },
    notOpened: {
      title: 'Wi-Fi-ul nu s-a deschis',
      why: 'Ați acceptat, dar Wi-Fi-ul acestui loc nu a răspuns.',
    },
    expired: {
      title: 'Această pagină nu mai este valabilă',
      why: 'A rămas deschisă prea mult timp.',
    },
    closed: {
      title: 'Wi-Fi-ul nu este încă deschis',
      why: 'Acest loc nu oferă încă Wi-Fi pentru vizitatori.',
    },
    busy: {
      title: 'Sunt mulți oameni acum',
      why: 'Vin prea multe cereri deodată din același loc.',
    },
  },

  unavailable: {
    title: 'Un moment, vă rugăm',
    why: 'Nu putem înregistra acceptarea dumneavoastră. Nu este vina dumneavoastră și nu se pierde nimic.',
    auto: 'Această pagină încearcă singură din nou. Lăsați-o deschisă.',
    retry: 'Încearcă acum',
  },

  opening: {
    title: 'Vă deschidem accesul',
    lead: 'Ați acceptat condițiile. Durează câteva secunde. Pagina verifică singură.',
    again: 'Verifică acum',
  },

  notFound: {
    title: 'Această pagină nu există',
    why: 'Poate adresa este scrisă greșit sau pagina a fost mutată.',
    home: 'Mergi la pagina de start',
  },

  failure: {
    title: 'Ceva nu a mers la noi',
    why: 'Nu este vina dumneavoastră. Eroarea este notată. Încercați din nou peste un minut.',
  },

  captive: { redirecting: 'Deschide pagina Wi-Fi' },
}
