import type { Text } from './fr.ts'

export const es: Text = {
  reviewed: null,

  languageName: 'Español',
  units: null,
  skipToContent: 'Ir al contenido',
  chooseLanguage: 'Elegir el idioma',
  contactLabel: '¿Una pregunta?',

  terms: {
    title: 'Bienvenido al wifi',
    lead: 'Gratis, sin cuenta y sin contraseña: lea, acepte y ya está.',
    briefly: 'Lo más importante',
    grant: 'Cuando acepte, este aparato podrá conectarse durante {duration}.',
    filter: 'Un filtro bloquea algunos sitios.',
    log: 'La ley nos pide guardar un año el registro de la conexión. Nunca los sitios que visita.',
    heading: 'Condiciones de uso',
    version: 'Versión {version}, en vigor desde el {date}.',
    consequence: 'Pulsar es aceptar las condiciones.',
    accept: 'Acepto, conectarme',
    notAccepted: 'Todavía no está en línea: pulse el botón para aceptar las condiciones.',
    changed:
      'Las condiciones acaban de cambiar. Esta es la nueva versión: léala antes de aceptar, por favor.',
    back: 'Ya funciona otra vez. Pulse de nuevo el botón.',
    readTitle: 'Condiciones e información',
    noneYet: 'Ahora no hay condiciones de uso publicadas.',
  },

  renewal: {
    title: 'Nos alegra verle de nuevo',
    lead: 'Usted ya aceptó estas condiciones y no han cambiado. Basta con un toque.',
    accept: 'Prolongar mi acceso',
    read: 'Volver a leer las condiciones',
  },

  receipt: {
    title: 'Comprobar un recibo',
    lead: 'El código que se da después de aceptar las condiciones muestra qué se aceptó, cuándo y dónde.',
    code: 'Código del recibo',
    check: 'Comprobar',
    found: 'Este recibo es auténtico',
    notFound: 'Ningún recibo tiene este código. Compruebe cada letra. Un recibo se guarda un año.',
    accepted: 'Versión {version} de las condiciones, aceptada el {date}.',
    place: 'Lugar: {place}.',
    device: 'La dirección Wi-Fi del dispositivo termina en {end}.',
    language: 'Idioma del texto mostrado: {language}.',
    renewed: 'Acceso prolongado: el texto estaba plegado, porque ya se había aceptado.',
    readText: 'Leer este texto exacto',
    fingerprint: 'Huella del texto (SHA-256): {hash}',
    plainText: 'El texto sin formato, para calcular la huella',
    former: 'Esta versión ya no está en vigor.',
    toCome: 'Esta versión todavía no está en vigor.',
    readCurrent: 'Leer la versión en vigor',
  },

  onlyIn:
    'Este texto existe solo en este idioma: {language}. Si no lo entiende, pregunte al personal del lugar.',

  notice: {
    heading: 'Sus datos y el filtro',
    short:
      '{organisation} es responsable de estos datos. Usted tiene derecho a saber qué se guarda.',
    more: 'Leer todo sobre sus datos y el filtro',
    back: 'Volver a las condiciones',
    who: 'Quién es responsable',
    contact: 'Para una pregunta sobre sus datos',
    dpo: 'Delegado de protección de datos (DPO)',
    why: 'Por qué',
    whyLog:
      'Para cumplir la ley francesa: nos pide guardar el registro de las conexiones (artículo {law} del código francés de correos y comunicaciones electrónicas; RGPD, artículo {article}).',
    whyAccess:
      'Para dejar que su aparato se conecte y probar que usted aceptó las condiciones (RGPD, artículo {article}).',
    what: 'Qué guardamos',
    whatText:
      'El lugar, la dirección wifi (MAC) y las direcciones de internet (IP) del aparato, el inicio y el fin de la conexión, la cantidad de datos, la versión de las condiciones aceptada. Ni su nombre, ni los sitios que visita, ni lo que hace en ellos.',
    must: 'No tiene que dar su nombre. Sin este registro, la ley no nos permite ofrecer este wifi.',
    howLong: 'Cuánto tiempo',
    howLongText: 'Un año; después se borra todo, salvo lo que la justicia pide guardar más tiempo.',
    recipients: 'Para quién',
    recipientsText:
      'La justicia y las autoridades que la ley permite, si lo piden por escrito. Las pocas personas que pueden mirar dejan una huella cada vez. No se vende nada ni se usa para publicidad.',
    rights: 'Sus derechos',
    rightsText:
      'Puede preguntar qué tenemos sobre su aparato, pedir que se corrija o que se limite su uso. La ley no nos permite borrarlo antes de un año. Cuando esté en línea, una página muestra lo que se guarda sobre su aparato.',
    ask: 'Escriba a {contact}.',
    askNoContact: 'Pregunte al personal del lugar.',
    complaint:
      'Si cree que no se respetan sus derechos, puede quejarse ante la autoridad francesa: {authority}.',
  },

  filter: {
    heading: 'El filtro: qué se bloquea y quién decide',
    what: 'Cuando su aparato busca un sitio, comparamos su nombre con listas de sitios peligrosos o prohibidos por las condiciones. Si está en una lista, no se abre. No anotamos quién pidió qué.',
    who: '{organisation} elige las listas y las reglas.',
    complain: '¿Un sitio está bloqueado por error? Escriba a {contact}.',
    complainNoContact: '¿Un sitio está bloqueado por error? Dígaselo al personal del lugar.',
  },

  blocked: {
    title: 'Este sitio está bloqueado aquí',
    whyTitle: 'Por qué',
    category: 'El filtro pone este sitio en la categoría: {category}.',
    byRule: '{organisation} ha decidido bloquear este sitio.',
    noReason: 'El filtro lo bloquea sin decir por qué.',
    reference: 'Código del bloqueo: {code}',
    who: 'Quién decide',
    askTitle: 'Pedir que se desbloquee',
    note: '¿Para qué lo necesita? Una frase, si quiere.',
    noName:
      'No escriba ningún nombre. Guardamos el nombre del sitio y su frase, nunca quién los envió.',
    ask: 'Enviar la petición',
    notSent: 'La petición no se ha enviado. Vuelva a intentarlo dentro de un minuto.',
    https:
      'Si la dirección empieza por https, su dispositivo muestra un error en lugar de esta página. Es a propósito: nunca abrimos una conexión cifrada.',
    sentTitle: 'Su petición se ha enviado',
    sent: 'La leerán las personas responsables de este lugar.',
    enough:
      'Otras personas ya han pedido este sitio aquí. Las personas responsables de este lugar leerán sus peticiones.',
    afterwards:
      'No sabemos quién es usted y no podemos responderle. Vuelva a probar el sitio dentro de unos días.',
    freeTitle: 'Este sitio no está bloqueado',
    free: 'Quizá su dispositivo guarda una respuesta antigua. Espere un minuto y vuelva a abrir el sitio.',
    unknownTitle: 'Este sitio no se abre',
    unknown:
      'No sabemos por qué: el filtro no nos ha respondido. Vuelva a intentarlo dentro de un minuto.',
  },

  categories: {
    adult: 'contenido para adultos',
    gambling: 'juegos de azar',
    malware: 'programas peligrosos',
    phishing: 'estafas y sitios falsos',
    violence: 'violencia y odio',
    drugs: 'drogas',
    piracy: 'copias ilegales',
    ads: 'publicidad y rastreo',
    social: 'redes sociales',
    games: 'juegos',
    streaming: 'vídeo y música',
    dating: 'citas',
    proxy: 'formas de evitar el filtro',
  },

  device: {
    title: 'Lo que se guarda sobre este aparato',
    lead: 'Solo este aparato puede abrir esta página, durante una hora.',
    address: 'Dirección wifi de este aparato: {mac}.',
    changes:
      'Muchos teléfonos cambian de dirección de vez en cuando. No podemos saber que es el mismo teléfono.',
    accepted: 'Lo que usted aceptó',
    acceptance: '{date}, {place}: versión {version}, idioma: {language}.',
    none: 'No guardamos ninguna aceptación de este aparato.',
    notAllowed: 'Este aparato no tiene acceso en este momento.',
    log: 'El registro de las conexiones',
    ask: 'A quién preguntar',
    away: 'Ahora no podemos leer esta información. Inténtelo dentro de un minuto.',
  },

  poster: {
    title: 'Wifi gratis',
    scan: 'Escanee este código con la cámara de su teléfono o elija la red {network} en los ajustes.',
    noPage: '¿No aparece la página? Abra {address}',
  },

  accessibility: {
    none: 'Accesibilidad: no conforme',
    partial: 'Accesibilidad: parcialmente conforme',
    full: 'Accesibilidad: totalmente conforme',
  },

  connected: {
    title: 'Está en línea',
    lead: 'Puede cerrar esta página y usar internet.',
    until: 'Este aparato tiene acceso hasta el {date}.',
    receipt: 'Su recibo:',
    receiptWhy: 'Este código prueba que usted aceptó. No necesita guardarlo.',
    showReceipt: 'Ver este recibo',
    stillWaiting:
      '¿No se abre nada? Espere unos segundos; después apague y encienda el wifi de su aparato.',
    already: 'Este aparato ya tiene acceso. No hay que hacer nada.',
    readTerms: 'Leer otra vez las condiciones',
  },

  help: {
    title: 'No vemos su aparato',
    lead: 'Esta página se abre sola cuando entra en el wifi. Aquí, nada nos dice en qué lugar está.',
    howTo: 'Para conectarse',
    join: 'Entre en el wifi del lugar en los ajustes de su aparato.',
    open: 'Abra esta página:',
    appears: 'Aparece la página del wifi. Acepte las condiciones.',
  },

  home: {
    title: 'Un wifi abierto a todo el mundo',
    lead: '{organisation} ofrece internet gratis a las personas que acoge.',
    visitors: '¿Está en el lugar?',
    visitorsText: 'Entre en el wifi del lugar: la página de conexión se abre sola.',
    helpLink: 'La página no se abre',
    rules: 'Las reglas, sus datos',
    termsLink: 'Leer las condiciones',
  },

  refusal: {
    howTo: 'Cómo seguir',
    close: 'Cierre esta página.',
    rejoin: 'En los ajustes, olvide el wifi del lugar y vuelva a entrar en él.',
    open: 'Abra esta página:',
    wait: 'Espere un minuto sin recargar la página.',
    tell: 'Si no cambia nada, avise al personal del lugar y dé este código:',
  },

  refusals: {
    address: {
      title: 'Esta dirección no funciona',
      why: 'Falta algo, o no viene del wifi de este lugar.',
    },
    gateway: {
      title: 'El wifi de este lugar está mal configurado',
      why: 'No es culpa suya. El personal del lugar puede avisarlo.',
    },
    unseen: {
      title: 'No encontramos su aparato',
      why: 'El wifi de este lugar no ve este aparato.',
    },
    notOpened: {
      title: 'El wifi no se ha abierto',
      why: 'Usted aceptó, pero el wifi de este lugar no ha respondido.',
    },
    expired: {
      title: 'Esta página ya no es válida',
      why: 'Ha estado abierta demasiado tiempo.',
    },
    closed: {
      title: 'El wifi todavía no está abierto',
      why: 'Este lugar todavía no ofrece wifi para invitados.',
    },
    busy: {
      title: 'Hay mucha gente en este momento',
      why: 'Llegan demasiadas peticiones a la vez del mismo lugar.',
    },
  },

  unavailable: {
    title: 'Un momento, por favor',
    why: 'No podemos registrar su aceptación. No es culpa suya y no se pierde nada.',
    auto: 'Esta página lo intenta sola otra vez. Déjela abierta.',
    retry: 'Intentarlo ahora',
  },

  opening: {
    title: 'Estamos abriendo su acceso',
    lead: 'Usted ha aceptado las condiciones. Tarda unos segundos. La página mira sola.',
    again: 'Mirar ahora',
  },

  notFound: {
    title: 'Esta página no existe',
    why: 'Quizá la dirección está mal escrita o la página ha cambiado de lugar.',
    home: 'Ir al inicio',
  },

  failure: {
    title: 'Algo ha fallado por nuestra parte',
    why: 'No es culpa suya. El error queda anotado. Inténtelo dentro de un minuto.',
  },

  captive: { redirecting: 'Abrir la página del wifi' },
}
