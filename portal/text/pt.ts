import type { Text } from './fr.ts'

export const pt: Text = {
  reviewed: null,

  languageName: 'Português',
  units: null,
  skipToContent: 'Ir para o conteúdo',
  chooseLanguage: 'Escolher a língua',
  contactLabel: 'Uma pergunta?',

  terms: {
    title: 'Bem-vindo ao Wi-Fi',
    lead: 'Grátis, sem conta e sem palavra-passe: leia, aceite e já está.',
    briefly: 'O mais importante',
    grant: 'Depois de aceitar, este aparelho pode ligar-se durante {duration}.',
    filter: 'Um filtro bloqueia alguns sites.',
    log: 'A lei pede-nos para guardar um ano o registo da ligação. Nunca os sites que visita.',
    heading: 'Condições de utilização',
    version: 'Versão {version}, em vigor desde {date}.',
    consequence: 'Carregar é aceitar as condições.',
    accept: 'Aceito, ligar-me',
    notAccepted: 'Ainda não está ligado: carregue no botão para aceitar as condições.',
    changed:
      'As condições acabam de mudar. Esta é a nova versão: por favor, leia-a antes de aceitar.',
    back: 'Já funciona outra vez. Carregue de novo no botão.',
    readTitle: 'Condições e informações',
    noneYet: 'Neste momento não há condições de utilização publicadas.',
  },

  renewal: {
    title: 'Que bom voltar a vê-lo',
    lead: 'Já aceitou estas condições e elas não mudaram. Basta um toque.',
    accept: 'Prolongar o meu acesso',
    read: 'Voltar a ler as condições',
  },

  receipt: {
    title: 'Verificar um recibo',
    lead: 'O código dado depois de aceitar as condições mostra o que foi aceite, quando e onde.',
    code: 'Código do recibo',
    check: 'Verificar',
    found: 'Este recibo é autêntico',
    notFound: 'Nenhum recibo tem este código. Verifique cada letra. Um recibo é guardado um ano.',
    accepted: 'Versão {version} das condições, aceite em {date}.',
    place: 'Local: {place}.',
    device: 'O endereço Wi-Fi do aparelho termina em {end}.',
    language: 'Língua do texto mostrado: {language}.',
    renewed: 'Acesso prolongado: o texto estava recolhido, porque já tinha sido aceite.',
    readText: 'Ler este texto exato',
    fingerprint: 'Impressão digital do texto (SHA-256): {hash}',
    plainText: 'O texto simples, para calcular a impressão digital',
    former: 'Esta versão já não está em vigor.',
    toCome: 'Esta versão ainda não está em vigor.',
    readCurrent: 'Ler a versão em vigor',
  },

  onlyIn:
    'Este texto só existe nesta língua: {language}. Se não o entende, pergunte às pessoas que recebem no local.',

  notice: {
    heading: 'Os seus dados e o filtro',
    short: '{organisation} é responsável por estes dados. Tem o direito de saber o que é guardado.',
    more: 'Ler tudo sobre os seus dados e o filtro',
    back: 'Voltar às condições',
    who: 'Quem é responsável',
    contact: 'Para uma pergunta sobre os seus dados',
    dpo: 'Encarregado da proteção de dados (DPO)',
    why: 'Porquê',
    whyLog:
      'Para cumprir a lei francesa: ela pede-nos para guardar o registo das ligações (artigo {law} do código francês dos correios e das comunicações eletrónicas; RGPD, artigo {article}).',
    whyAccess:
      'Para deixar o seu aparelho ligar-se e provar que aceitou as condições (RGPD, artigo {article}).',
    what: 'O que guardamos',
    whatText:
      'O local, o endereço Wi-Fi (MAC) e os endereços de internet (IP) do aparelho, o início e o fim da ligação, a quantidade de dados, a versão das condições aceite. Nem o seu nome, nem os sites que visita, nem o que faz neles.',
    must: 'Não tem de dar o seu nome. Sem este registo, a lei não nos permite oferecer este Wi-Fi.',
    howLong: 'Quanto tempo',
    howLongText:
      'Um ano; depois tudo é apagado, exceto o que a justiça pede para guardar mais tempo.',
    recipients: 'Para quem',
    recipientsText:
      'A justiça e as autoridades que a lei permite, com pedido escrito. As poucas pessoas que podem ver deixam um registo de cada vez. Nada é vendido nem usado para publicidade.',
    rights: 'Os seus direitos',
    rightsText:
      'Pode perguntar o que temos sobre o seu aparelho, pedir a correção ou a limitação do uso. A lei não nos permite apagar antes de um ano. Quando estiver ligado, uma página mostra o que é guardado sobre o seu aparelho.',
    ask: 'Escreva para {contact}.',
    askNoContact: 'Pergunte às pessoas que recebem no local.',
    complaint:
      'Se acha que os seus direitos não são respeitados, pode queixar-se à autoridade francesa: {authority}.',
  },

  filter: {
    heading: 'O filtro: o que é bloqueado e quem decide',
    what: 'Quando o seu aparelho procura um site, comparamos o nome com listas de sites perigosos ou proibidos pelas condições. Se está numa lista, não abre. Não anotamos quem pediu o quê.',
    who: '{organisation} escolhe as listas e as regras.',
    complain: 'Um site está bloqueado por engano? Escreva para {contact}.',
    complainNoContact: 'Um site está bloqueado por engano? Diga às pessoas que recebem no local.',
  },

  blocked: {
    title: 'Este site está bloqueado aqui',
    whyTitle: 'Porquê',
    category: 'O filtro põe este site na categoria: {category}.',
    byRule: '{organisation} decidiu bloquear este site.',
    noReason: 'O filtro bloqueia-o sem dizer porquê.',
    reference: 'Código do bloqueio: {code}',
    who: 'Quem decide',
    askTitle: 'Pedir para desbloquear',
    note: 'Para que precisa dele? Uma frase, se quiser.',
    noName:
      'Não escreva nenhum nome. Guardamos o nome do site e a sua frase, nunca quem os enviou.',
    ask: 'Enviar o pedido',
    notSent: 'O pedido não foi enviado. Tente de novo dentro de um minuto.',
    https:
      'Se o endereço começa por https, o seu aparelho mostra um erro em vez desta página. É de propósito: nunca abrimos uma ligação cifrada.',
    sentTitle: 'O seu pedido foi enviado',
    sent: 'As pessoas responsáveis por este local vão lê-lo.',
    enough:
      'Outras pessoas já pediram este site aqui. As pessoas responsáveis por este local vão ler os pedidos.',
    afterwards:
      'Não sabemos quem é e não lhe podemos responder. Volte a tentar o site daqui a alguns dias.',
    freeTitle: 'Este site não está bloqueado',
    free: 'Talvez o seu aparelho guarde uma resposta antiga. Espere um minuto e volte a abrir o site.',
    unknownTitle: 'Este site não abre',
    unknown: 'Não sabemos porquê: o filtro não nos respondeu. Tente de novo dentro de um minuto.',
  },

  categories: {
    adult: 'conteúdo para adultos',
    gambling: 'jogos a dinheiro',
    malware: 'programas perigosos',
    phishing: 'burlas e sites falsos',
    violence: 'violência e ódio',
    drugs: 'drogas',
    piracy: 'cópias ilegais',
    ads: 'publicidade e rastreio',
    social: 'redes sociais',
    games: 'jogos',
    streaming: 'vídeo e música',
    dating: 'encontros',
    proxy: 'contorno do filtro',
  },

  device: {
    title: 'O que é guardado sobre este aparelho',
    lead: 'Só este aparelho pode abrir esta página, durante uma hora.',
    address: 'Endereço Wi-Fi deste aparelho: {mac}.',
    changes:
      'Muitos telefones mudam de endereço de vez em quando. Não podemos saber que é o mesmo telefone.',
    accepted: 'O que aceitou',
    acceptance: '{date}, {place}: versão {version}, língua: {language}.',
    none: 'Não guardamos nenhuma aceitação deste aparelho.',
    notAllowed: 'Este aparelho não tem acesso neste momento.',
    log: 'O registo das ligações',
    ask: 'A quem perguntar',
    away: 'Não conseguimos ler estas informações agora. Tente daqui a um minuto.',
  },

  poster: {
    title: 'Wi-Fi grátis',
    scan: 'Leia este código com a câmara do telefone ou escolha a rede {network} nas definições.',
    noPage: 'A página não aparece? Abra {address}',
  },

  accessibility: {
    none: 'Acessibilidade: não conforme',
    partial: 'Acessibilidade: parcialmente conforme',
    full: 'Acessibilidade: totalmente conforme',
  },

  connected: {
    title: 'Está ligado',
    lead: 'Pode fechar esta página e usar a internet.',
    until: 'Este aparelho tem acesso até {date}.',
    receipt: 'O seu recibo:',
    receiptWhy: 'Este código prova que aceitou. Não precisa de o guardar.',
    showReceipt: 'Ver este recibo',
    stillWaiting:
      'Nada abre? Espere alguns segundos; depois desligue e ligue o Wi-Fi do seu aparelho.',
    already: 'Este aparelho já tem acesso. Não é preciso fazer nada.',
    readTerms: 'Ler as condições outra vez',
  },

  help: {
    title: 'Não vemos o seu aparelho',
    lead: 'Esta página abre sozinha quando entra no Wi-Fi. Aqui, nada nos diz em que local está.',
    howTo: 'Para se ligar',
    join: 'Entre no Wi-Fi do local nas definições do seu aparelho.',
    open: 'Abra esta página:',
    appears: 'A página do Wi-Fi aparece. Aceite as condições.',
  },

  home: {
    title: 'Um Wi-Fi aberto a todos',
    lead: '{organisation} oferece internet grátis às pessoas que acolhe.',
    visitors: 'Está no local?',
    visitorsText: 'Entre no Wi-Fi do local: a página de ligação abre sozinha.',
    helpLink: 'A página não abre',
    rules: 'As regras, os seus dados',
    termsLink: 'Ler as condições',
  },

  refusal: {
    howTo: 'Como continuar',
    close: 'Feche esta página.',
    rejoin: 'Nas definições, esqueça o Wi-Fi do local e entre nele outra vez.',
    open: 'Abra esta página:',
    wait: 'Espere um minuto sem recarregar a página.',
    tell: 'Se nada mudar, avise as pessoas que recebem no local e dê este código:',
  },

  refusals: {
    address: {
      title: 'Este endereço não funciona',
      why: 'Falta alguma coisa, ou não vem do Wi-Fi deste local.',
    },
    gateway: {
      title: 'O Wi-Fi deste local está mal configurado',
      why: 'A culpa não é sua. As pessoas que recebem no local podem avisar.',
    },
    unseen: {
      title: 'Não encontramos o seu aparelho',
      why: 'O Wi-Fi deste local não vê este aparelho.',
    },
    notOpened: {
      title: 'O Wi-Fi não abriu',
      why: 'Aceitou, mas o Wi-Fi deste local não respondeu.',
    },
    expired: {
      title: 'Esta página já não é válida',
      why: 'Ficou aberta demasiado tempo.',
    },
    closed: {
      title: 'O Wi-Fi ainda não está aberto',
      why: 'Este local ainda não oferece Wi-Fi para convidados.',
    },
    busy: {
      title: 'Há muita gente neste momento',
      why: 'Chegam demasiados pedidos do mesmo local ao mesmo tempo.',
    },
  },

  unavailable: {
    title: 'Um momento, por favor',
    why: 'Não conseguimos registar a sua aceitação. A culpa não é sua e nada se perde.',
    auto: 'Esta página tenta outra vez sozinha. Deixe-a aberta.',
    retry: 'Tentar agora',
  },

  opening: {
    title: 'Estamos a abrir o seu acesso',
    lead: 'Aceitou as condições. Demora alguns segundos. A página verifica sozinha.',
    again: 'Verificar agora',
  },

  notFound: {
    title: 'Esta página não existe',
    why: 'O endereço pode estar mal escrito, ou a página mudou de lugar.',
    home: 'Ir para o início',
  },

  failure: {
    title: 'Algo correu mal do nosso lado',
    why: 'A culpa não é sua. O erro ficou anotado. Tente daqui a um minuto.',
  },

  captive: { redirecting: 'Abrir a página do Wi-Fi' },
}
