import type { Text } from './fr.ts'

export const so: Text = {
  reviewed: null,

  languageName: 'Soomaali',
  units: null,
  skipToContent: 'U gudub qoraalka',
  chooseLanguage: 'Dooro luqadda',
  contactLabel: 'Su’aal ma qabtaa?',

  terms: {
    title: 'Ku soo dhowow Wi-Fi-ga',
    lead: 'Waa bilaash, akoon iyo furaha sirta ah midna looma baahna: akhri, aqbal, waad dhammaysay.',
    briefly: 'Kooban',
    grant: 'Marka aad aqbasho, qalabkan waxaa la oggol yahay muddo ah {duration}.',
    filter: 'Shaandho ayaa xirta bogagga qaarkood.',
    log: 'Sharcigu wuxuu naga rabaa inaan diiwaanka xiriirka hayno hal sano. Weligeed ma hayno bogagga aad booqato.',
    heading: 'Shuruudaha isticmaalka',
    version: 'Nooca {version}, wuxuu shaqaynayaa laga bilaabo {date}.',
    consequence: 'Haddii aad riixdo, waxaad aqbashay shuruudaha.',
    accept: 'Waan aqbalay, i xir',
    notAccepted: 'Weli kuma xirna internetka: riix badhanka si aad u aqbasho shuruudaha.',
    changed:
      'Shuruudihii hadda ayay isbeddeleen. Waa kuwan cusub: fadlan akhri ka hor intaadan aqbalin.',
    back: 'Hadda wuu shaqaynayaa. Mar kale riix badhanka.',
    readTitle: 'Shuruudaha iyo macluumaadka',
    noneYet: 'Hadda ma jiraan shuruudo la soo bandhigay.',
  },

  renewal: {
    title: 'Waan ku faraxsannahay inaan mar kale ku aragno',
    lead: 'Shuruudahan hore ayaad u aqbashay, mana is beddelin. Hal taabasho ayaa ku filan.',
    accept: 'Ii kordhi isticmaalka',
    read: 'Mar kale akhri shuruudaha',
  },

  receipt: {
    title: 'Hubi rasiid',
    lead: 'Koodhka la bixiyo ka dib marka shuruudaha la aqbalo wuxuu muujiyaa waxa la aqbalay, goorta iyo meesha.',
    code: 'Koodhka rasiidka',
    check: 'Hubi',
    found: 'Rasiidkan waa run',
    notFound: 'Rasiid koodhkan leh ma jiro. Hubi xaraf kasta. Rasiidka waxaa la hayaa hal sano.',
    accepted: 'Nooca {version} ee shuruudaha, la aqbalay {date}.',
    place: 'Goobta: {place}.',
    device: 'Cinwaanka Wi-Fi ee qalabku wuxuu ku dhammaadaa {end}.',
    language: 'Luqadda qoraalka la muujiyay: {language}.',
    renewed:
      'Isticmaalka waa la kordhiyay: qoraalku wuu laabnaa, sababtoo ah hore ayaa loo aqbalay.',
    readText: 'Akhri qoraalkan saxda ah',
    fingerprint: 'Sumadda qoraalka (SHA-256): {hash}',
    plainText: 'Qoraalka caadiga ah, si loo xisaabiyo sumadda',
    former: 'Noocan hadda ma shaqeeyo.',
    toCome: 'Noocan weli ma bilaaban.',
    readCurrent: 'Akhri nooca hadda shaqeeya',
  },

  onlyIn:
    'Qoraalkan wuxuu ku jiraa luqaddan keliya: {language}. Haddii aadan fahmin, weydii shaqaalaha goobta.',

  notice: {
    heading: 'Xogtaada iyo shaandhada',
    short:
      '{organisation} ayaa mas’uul ka ah xogtan. Waxaad xaq u leedahay inaad ogaato waxa la hayo.',
    more: 'Akhri wax kasta oo ku saabsan xogtaada iyo shaandhada',
    back: 'Ku noqo shuruudaha',
    who: 'Yaa mas’uul ah',
    contact: 'Su’aal ku saabsan xogtaada',
    dpo: 'Mas’uulka ilaalinta xogta (DPO)',
    why: 'Sababta',
    whyLog:
      'Si aan u raacno sharciga Faransiiska: wuxuu naga rabaa inaan hayno diiwaanka xiriirka (qodobka {law} ee xeerka boostada iyo isgaarsiinta; GDPR, qodobka {article}).',
    whyAccess:
      'Si qalabkaagu ugu xirmo internetka, iyo si loo caddeeyo inaad aqbashay shuruudaha (GDPR, qodobka {article}).',
    what: 'Waxa aan hayno',
    whatText:
      'Goobta, cinwaanka Wi-Fi (MAC) iyo cinwaannada internetka (IP) ee qalabka, bilowga iyo dhammaadka xiriirka, xaddiga xogta, nooca shuruudaha aad aqbashay. Ma hayno magacaaga, bogagga aad booqato, ama waxa aad ku samayso.',
    must: 'Qasab kuguma aha inaad magacaaga sheegto. Diiwaankan la’aantiis sharcigu nooma oggola inaan bixinno Wi-Fi-gan.',
    howLong: 'Muddada',
    howLongText:
      'Hal sano, kadib wax walba waa la tirtiraa, marka laga reebo waxa ay maxkamaddu codsato in muddo dheer la hayo.',
    recipients: 'Yaa arki kara',
    recipientsText:
      'Maxkamadda iyo hay’adaha sharcigu oggol yahay, codsi qoraal ah. Dadka yar ee loo oggol yahay markasta raad ayay ka tagaan. Waxba lama iibiyo, xayaysiisna looma isticmaalo.',
    rights: 'Xuquuqdaada',
    rightsText:
      'Waxaad weydiin kartaa waxa aan ka hayno qalabkaaga, in la saxo, ama in isticmaalkiisa la xaddido. Sharcigu nooma oggola inaan tirtirno sanad ka hor. Marka aad ku xiran tahay internetka, bog ayaa ku tusaya waxa laga hayo qalabkaaga.',
    ask: 'U qor {contact}.',
    askNoContact: 'Weydii shaqaalaha goobta.',
    complaint:
      'Haddii aad u malaynayso in xuquuqdaada aan la ilaalin, waxaad u caban kartaa hay’adda Faransiiska: {authority}.',
  },

  filter: {
    heading: 'Shaandhada: waxa la xiro iyo cidda go’aamisa',
    what: 'Marka qalabkaagu raadiyo bog, magaciisa waxaan la barbar dhignaa liisas bogag khatar ah ama shuruuduhu mamnuuceen. Haddii uu ku jiro, ma furmo. Ma qorno qofka iyo waxa uu codsaday.',
    who: '{organisation} ayaa doorata liisaska iyo xeerarka.',
    complain: 'Bog si khalad ah ma loo xiray? U qor {contact}.',
    complainNoContact: 'Bog si khalad ah ma loo xiray? U sheeg shaqaalaha goobta.',
  },

  blocked: {
    title: 'Boggan halkan waa laga xiray',
    whyTitle: 'Sababta',
    category: 'Shaandhadu boggan waxay gelisaa qaybta: {category}.',
    byRule: '{organisation} ayaa dooratay in boggan la xiro.',
    noReason: 'Shaandhadu way xirtaa iyada oo aan sheegin sababta.',
    reference: 'Koodhka xirista: {code}',
    who: 'Yaa go’aansada',
    askTitle: 'Codso in la furo',
    note: 'Maxaad ugu baahan tahay? Hal weedh, haddii aad rabto.',
    noName:
      'Ha qorin wax magac ah. Waxaan haynaa magaca bogga iyo weedhaada, marna ma hayno cidda dirtay.',
    ask: 'Dir codsiga',
    notSent: 'Codsigu ma bixin. Isku day mar kale hal daqiiqo ka dib.',
    https:
      'Haddii cinwaanku ku bilaabmo https, qalabkaagu wuxuu muujiyaa khalad halkii uu boggan ka muujin lahaa. Waa ula kac: marnaba ma furno xiriir sir ah.',
    sentTitle: 'Codsigaaga waa la diray',
    sent: 'Dadka goobtan masuulka ka ah ayaa akhrin doona.',
    enough:
      'Dad kale ayaa hore boggan halkan uga codsaday. Dadka goobtan masuulka ka ah ayaa akhrin doona codsiyadooda.',
    afterwards:
      'Ma garanayno cidda aad tahay, kumana jawaabi karno. Mar kale tijaabi bogga dhowr maalmood ka dib.',
    freeTitle: 'Boggan ma xirna',
    free: 'Waxaa laga yaabaa in qalabkaagu hayo jawaab hore. Sug hal daqiiqo, ka dibna mar kale fur bogga.',
    unknownTitle: 'Boggan ma furmo',
    unknown:
      'Ma garanayno sababta: shaandhadu nooma jawaabin. Isku day mar kale hal daqiiqo ka dib.',
  },

  categories: {
    adult: 'waxyaabaha dadka waaweyn',
    gambling: 'khamaar',
    malware: 'barnaamijyo dhib leh',
    phishing: 'khiyaano iyo bogag been ah',
    violence: 'rabshad iyo nacayb',
    drugs: 'daroogo',
    piracy: 'nuqullo sharci darro ah',
    ads: 'xayeysiis iyo raadraac',
    social: 'baraha bulshada',
    games: 'ciyaaro',
    streaming: 'muuqaal iyo muusig',
    dating: 'shukaansi',
    proxy: 'ka gudubka shaandhada',
  },

  device: {
    title: 'Waxa laga hayo qalabkan',
    lead: 'Qalabkan keliya ayaa furi kara boggan, muddo hal saac ah.',
    address: 'Cinwaanka Wi-Fi ee qalabkan: {mac}.',
    changes:
      'Taleefanno badan ayaa cinwaanka beddela marba mar. Ma ogaan karno inuu yahay isla taleefankii.',
    accepted: 'Waxa aad aqbashay',
    acceptance: '{date}, {place}: nooca {version}, luqadda: {language}.',
    none: 'Ma hayno wax aqbalid ah oo qalabkan ah.',
    notAllowed: 'Qalabkan hadda looma oggola.',
    log: 'Diiwaanka xiriirka',
    ask: 'Cidda aad weydiinayso',
    away: 'Hadda ma akhrin karno macluumaadkan. Isku day daqiiqad kadib.',
  },

  poster: {
    title: 'Wi-Fi bilaash ah',
    scan: 'Koodhkan ku sawir kamarada taleefankaaga, ama dooro shabakadda {network} ee ku jirta dejinta.',
    noPage: 'Boggu ma soo baxayo? Fur {address}',
  },

  accessibility: {
    none: 'Helitaanka: uma dhigma heerka',
    partial: 'Helitaanka: qayb ahaan ayuu u dhigmaa heerka',
    full: 'Helitaanka: si buuxda ayuu u dhigmaa heerka',
  },

  connected: {
    title: 'Internetka waad ku xiran tahay',
    lead: 'Boggan waad xiri kartaa, internetkana waad isticmaali kartaa.',
    until: 'Qalabkan waa loo oggol yahay ilaa {date}.',
    receipt: 'Rasiidhkaaga:',
    receiptWhy: 'Koodhkan wuxuu caddaynayaa inaad aqbashay. Uma baahnid inaad hayso.',
    showReceipt: 'Eeg rasiidkan',
    stillWaiting:
      'Waxba ma furmayaan? Sug dhowr ilbiriqsi, kadib dami oo shid Wi-Fi-ga qalabkaaga.',
    already: 'Qalabkan hore ayaa loogu oggolaaday. Waxba looma baahna.',
    readTerms: 'Mar kale akhri shuruudaha',
  },

  help: {
    title: 'Ma arki karno qalabkaaga',
    lead: 'Boggan keligiis ayuu furmaa marka aad gasho Wi-Fi-ga. Halkan ma ogaan karno goobta aad joogto.',
    howTo: 'Si aad ugu xirmato',
    join: 'Ka gal Wi-Fi-ga goobta dejinta qalabkaaga.',
    open: 'Fur boggan:',
    appears: 'Bogga Wi-Fi-ga ayaa soo baxaya. Aqbal shuruudaha.',
  },

  home: {
    title: 'Wi-Fi qof walba u furan',
    lead: '{organisation} waxay internet bilaash ah siisaa dadka ay soo dhowayso.',
    visitors: 'Ma joogtaa goobta?',
    visitorsText: 'Gal Wi-Fi-ga goobta: bogga xiriirka keligiis ayuu furmaa.',
    helpLink: 'Boggu ma furmayo',
    rules: 'Xeerarka, xogtaada',
    termsLink: 'Akhri shuruudaha',
  },

  refusal: {
    howTo: 'Sida loo sii wado',
    close: 'Xir boggan.',
    rejoin: 'Dejinta ka tirtir Wi-Fi-ga goobta, kadib mar kale gal.',
    open: 'Fur boggan:',
    wait: 'Sug hal daqiiqo adigoon bogga dib u furin.',
    tell: 'Haddii aan waxba isbeddelin, u sheeg shaqaalaha goobta oo sii koodhkan:',
  },

  refusals: {
    address: {
      title: 'Cinwaankan ma shaqaynayo',
      why: 'Wax ayaa ka maqan, ama kama imaan Wi-Fi-ga goobtan.',
    },
    gateway: {
      title: 'Wi-Fi-ga goobtan si sax ah looma dejin',
      why: 'Khaladkaaga ma aha. Shaqaalaha goobta ayaa soo sheegi kara.',
    },
    unseen: {
      title: 'Ma helin qalabkaaga',
      why: 'Wi-Fi-ga goobtan ma arko qalabkan.',
    },
    notOpened: {
      title: 'Wi-Fi-gu ma furmin',
      why: 'Waad aqbashay, laakiin Wi-Fi-ga goobtan ma jawaabin.',
    },
    expired: {
      title: 'Boggan hadda ma shaqeeyo',
      why: 'Waqti aad u dheer ayuu furnaa.',
    },
    closed: {
      title: 'Wi-Fi-gu weli ma furna',
      why: 'Goobtan weli ma bixiso Wi-Fi martida.',
    },
    busy: {
      title: 'Dad badan ayaa hadda jooga',
      why: 'Codsiyo aad u badan ayaa isku mar ka imanaya isla goobta.',
    },
  },

  unavailable: {
    title: 'Fadlan daqiiqad sug',
    why: 'Ma diiwaangelin karno aqbalkaaga. Khaladkaaga ma aha, waxna ma lumin.',
    auto: 'Boggan keligiis ayuu mar kale isku dayaa. Ha xirin.',
    retry: 'Hadda isku day',
  },

  opening: {
    title: 'Waan kuu furaynaa',
    lead: 'Waad aqbashay shuruudaha. Waxay qaadanaysaa dhowr ilbiriqsi. Boggu keligiis ayuu eegaa.',
    again: 'Hadda eeg',
  },

  notFound: {
    title: 'Boggan ma jiro',
    why: 'Cinwaanka khalad ayaa laga yaabaa in loo qoray, ama bogga waa la raray.',
    home: 'Tag bogga hore',
  },

  failure: {
    title: 'Dhinacayaga wax baa khaldamay',
    why: 'Khaladkaaga ma aha. Khaladka waa la qoray. Isku day daqiiqad kadib.',
  },

  captive: { redirecting: 'Fur bogga Wi-Fi-ga' },
}
