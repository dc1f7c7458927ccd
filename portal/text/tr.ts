import type { Text } from './fr.ts'

export const tr: Text = {
  reviewed: null,

  languageName: 'Türkçe',
  units: null,
  skipToContent: 'İçeriğe geç',
  chooseLanguage: 'Dil seç',
  contactLabel: 'Bir sorunuz mu var?',

  terms: {
    title: 'Wi-Fi’ye hoş geldiniz',
    lead: 'Ücretsiz, hesap yok, şifre yok: okuyun, kabul edin, hepsi bu.',
    briefly: 'Kısaca',
    grant: 'Kabul ettikten sonra bu cihaz {duration} boyunca bağlanabilir.',
    filter: 'Bir filtre bazı siteleri engeller.',
    log: 'Kanun, bağlantı kaydını bir yıl saklamamızı ister. Girdiğiniz siteleri asla saklamayız.',
    heading: 'Kullanım koşulları',
    version: 'Sürüm {version}, yürürlük tarihi: {date}.',
    consequence: 'Düğmeye basmak, koşulları kabul etmek demektir.',
    accept: 'Kabul ediyorum, bağlan',
    notAccepted: 'Henüz bağlı değilsiniz: koşulları kabul etmek için düğmeye basın.',
    changed: 'Koşullar az önce değişti. Yeni sürüm burada: lütfen kabul etmeden önce okuyun.',
    back: 'Yine çalışıyor. Düğmeye bir kez daha basın.',
    readTitle: 'Koşullar ve bilgiler',
    noneYet: 'Şu anda yayımlanmış kullanım koşulu yok.',
  },

  renewal: {
    title: 'Sizi yeniden görmek güzel',
    lead: 'Bu koşulları daha önce kabul ettiniz ve koşullar değişmedi. Bir kez dokunmak yeter.',
    accept: 'Erişimimi uzat',
    read: 'Koşulları yeniden oku',
  },

  receipt: {
    title: 'Makbuz doğrulama',
    lead: 'Koşullar kabul edildikten sonra verilen kod neyin, ne zaman ve nerede kabul edildiğini gösterir.',
    code: 'Makbuz kodu',
    check: 'Doğrula',
    found: 'Bu makbuz gerçek',
    notFound: 'Bu kodla bir makbuz yok. Her harfi kontrol edin. Makbuz bir yıl saklanır.',
    accepted: 'Koşulların {version} sürümü, kabul tarihi: {date}.',
    place: 'Yer: {place}.',
    device: 'Cihazın Wi-Fi adresinin sonu: {end}.',
    language: 'Gösterilen metnin dili: {language}.',
    renewed: 'Erişim uzatıldı: metin daha önce kabul edildiği için kapalıydı.',
    readText: 'Tam olarak bu metni oku',
    fingerprint: 'Metnin parmak izi (SHA-256): {hash}',
    plainText: 'Parmak izini hesaplamak için düz metin',
    former: 'Bu sürüm artık yürürlükte değil.',
    toCome: 'Bu sürüm henüz yürürlükte değil.',
    readCurrent: 'Yürürlükteki sürümü oku',
  },

  onlyIn: 'Bu metin yalnızca şu dilde var: {language}. Anlamıyorsanız buradaki görevlilere sorun.',

  notice: {
    heading: 'Verileriniz ve filtre',
    short: 'Bu verilerden sorumlu: {organisation}. Neyin saklandığını bilmek hakkınızdır.',
    more: 'Verileriniz ve filtre hakkında her şeyi okuyun',
    back: 'Koşullara dön',
    who: 'Kim sorumlu',
    contact: 'Verilerinizle ilgili sorular için',
    dpo: 'Veri koruma görevlisi (DPO)',
    why: 'Neden',
    whyLog:
      'Fransız kanununa uymak için: kanun bağlantı kayıtlarını saklamamızı ister (Fransız posta ve elektronik haberleşme kanunu, madde {law}; GDPR, madde {article}).',
    whyAccess:
      'Cihazınızın bağlanabilmesi ve koşulları kabul ettiğinizin ispatı için (GDPR, madde {article}).',
    what: 'Neyi saklıyoruz',
    whatText:
      'Yer, cihazın Wi-Fi adresi (MAC) ve internet adresleri (IP), bağlantının başı ve sonu, veri miktarı, kabul edilen koşulların sürümü. Adınızı, girdiğiniz siteleri ve orada yaptıklarınızı saklamayız.',
    must: 'Adınızı vermek zorunda değilsiniz. Bu kayıt olmadan kanun bu Wi-Fi’yi sunmamıza izin vermez.',
    howLong: 'Ne kadar süre',
    howLongText:
      'Bir yıl; sonra her şey silinir. Yalnızca mahkemenin daha uzun saklanmasını istediği kayıtlar kalır.',
    recipients: 'Kimin için',
    recipientsText:
      'Yazılı istek üzerine mahkemeler ve kanunun izin verdiği makamlar. Bakabilen az sayıdaki kişinin her bakışı kayda geçer. Hiçbir şey satılmaz, reklam için kullanılmaz.',
    rights: 'Haklarınız',
    rightsText:
      'Cihazınız hakkında ne sakladığımızı sorabilir, düzeltilmesini veya kullanımının sınırlanmasını isteyebilirsiniz. Kanun, bir yıldan önce silmemize izin vermez. Bağlandığınızda bir sayfa, cihazınız hakkında neyin saklandığını gösterir.',
    ask: 'Şuraya yazın: {contact}.',
    askNoContact: 'Buradaki görevlilere sorun.',
    complaint:
      'Haklarınıza saygı gösterilmediğini düşünüyorsanız Fransız kurumuna şikâyet edebilirsiniz: {authority}.',
  },

  filter: {
    heading: 'Filtre: ne engellenir, kim karar verir',
    what: 'Cihazınız bir site aradığında, sitenin adını tehlikeli veya koşulların yasakladığı sitelerin listeleriyle karşılaştırırız. Listede varsa açılmaz. Kimin ne istediğini not etmeyiz.',
    who: 'Listeleri ve kuralları seçen: {organisation}.',
    complain: 'Bir site yanlışlıkla mı engellendi? Şuraya yazın: {contact}.',
    complainNoContact: 'Bir site yanlışlıkla mı engellendi? Buradaki görevlilere söyleyin.',
  },

  blocked: {
    title: 'Bu site burada engelli',
    whyTitle: 'Neden',
    category: 'Filtre bu siteyi şu kategoriye koyuyor: {category}.',
    byRule: '{organisation} bu siteyi engellemeyi seçti.',
    noReason: 'Filtre nedenini söylemeden engelliyor.',
    reference: 'Engel kodu: {code}',
    who: 'Kim karar veriyor',
    askTitle: 'Engelin kaldırılmasını isteyin',
    note: 'Neden ihtiyacınız var? İsterseniz bir cümle.',
    noName:
      'Hiçbir isim yazmayın. Sitenin adını ve cümlenizi saklarız, kimin gönderdiğini asla saklamayız.',
    ask: 'İsteği gönder',
    notSent: 'İstek gönderilemedi. Bir dakika sonra yeniden deneyin.',
    https:
      'Adres https ile başlıyorsa cihazınız bu sayfa yerine bir hata gösterir. Bu bilerek böyle: şifreli bir bağlantıyı asla açmayız.',
    sentTitle: 'İsteğiniz gönderildi',
    sent: 'Bu yerden sorumlu kişiler okuyacak.',
    enough:
      'Başkaları bu siteyi burada zaten istedi. Bu yerden sorumlu kişiler onların isteklerini okuyacak.',
    afterwards:
      'Kim olduğunuzu bilmiyoruz ve size cevap veremeyiz. Siteyi birkaç gün sonra yeniden deneyin.',
    freeTitle: 'Bu site engelli değil',
    free: 'Cihazınız eski bir cevabı saklıyor olabilir. Bir dakika bekleyin, sonra siteyi yeniden açın.',
    unknownTitle: 'Bu site açılmıyor',
    unknown: 'Nedenini bilmiyoruz: filtre bize cevap vermedi. Bir dakika sonra yeniden deneyin.',
  },

  categories: {
    adult: 'yetişkin içeriği',
    gambling: 'kumar',
    malware: 'zararlı programlar',
    phishing: 'dolandırıcılık ve sahte siteler',
    violence: 'şiddet ve nefret',
    drugs: 'uyuşturucu',
    piracy: 'yasa dışı kopyalar',
    ads: 'reklam ve izleme',
    social: 'sosyal ağlar',
    games: 'oyunlar',
    streaming: 'video ve müzik',
    dating: 'arkadaşlık',
    proxy: 'filtreyi aşma yolları',
  },

  device: {
    title: 'Bu cihaz hakkında saklananlar',
    lead: 'Bu sayfayı bir saat boyunca yalnızca bu cihaz açabilir.',
    address: 'Bu cihazın Wi-Fi adresi: {mac}.',
    changes: 'Birçok telefon zaman zaman adresini değiştirir. Aynı telefon olduğunu bilemeyiz.',
    accepted: 'Kabul ettikleriniz',
    acceptance: '{date}, {place}: sürüm {version}, dil: {language}.',
    none: 'Bu cihaz için kayıtlı bir kabul yok.',
    notAllowed: 'Bu cihazın şu anda izni yok.',
    log: 'Bağlantı kaydı',
    ask: 'Kime sorulur',
    away: 'Bu bilgileri şu anda okuyamıyoruz. Bir dakika sonra yeniden deneyin.',
  },

  poster: {
    title: 'Ücretsiz Wi-Fi',
    scan: 'Bu kodu telefonunuzun kamerasıyla okutun veya ayarlarda şu ağı seçin: {network}.',
    noPage: 'Sayfa çıkmıyor mu? Şunu açın: {address}',
  },

  accessibility: {
    none: 'Erişilebilirlik: uygun değil',
    partial: 'Erişilebilirlik: kısmen uygun',
    full: 'Erişilebilirlik: tamamen uygun',
  },

  connected: {
    title: 'İnternete bağlısınız',
    lead: 'Bu sayfayı kapatıp interneti kullanabilirsiniz.',
    until: 'Bu cihazın izni şu tarihe kadar geçerli: {date}.',
    receipt: 'Belgeniz:',
    receiptWhy: 'Bu kod, kabul ettiğinizi ispatlar. Saklamanız gerekmez.',
    showReceipt: 'Bu makbuzu gör',
    stillWaiting:
      'Hiçbir şey açılmıyor mu? Birkaç saniye bekleyin, sonra cihazınızın Wi-Fi’sini kapatıp açın.',
    already: 'Bu cihazın zaten izni var. Bir şey yapmanız gerekmez.',
    readTerms: 'Koşulları yeniden oku',
  },

  help: {
    title: 'Cihazınızı göremiyoruz',
    lead: 'Bu sayfa, Wi-Fi’ye bağlanınca kendiliğinden açılır. Burada hangi yerde olduğunuzu bilemiyoruz.',
    howTo: 'Bağlanmak için',
    join: 'Cihazınızın ayarlarından buranın Wi-Fi’sine bağlanın.',
    open: 'Bu sayfayı açın:',
    appears: 'Wi-Fi sayfası çıkar. Koşulları kabul edin.',
  },

  home: {
    title: 'Herkese açık Wi-Fi',
    lead: '{organisation}, ağırladığı kişilere ücretsiz internet sunar.',
    visitors: 'Şu anda orada mısınız?',
    visitorsText: 'Oranın Wi-Fi’sine bağlanın: bağlantı sayfası kendiliğinden açılır.',
    helpLink: 'Sayfa açılmıyor',
    rules: 'Kurallar, verileriniz',
    termsLink: 'Koşulları oku',
  },

  refusal: {
    howTo: 'Nasıl devam edilir',
    close: 'Bu sayfayı kapatın.',
    rejoin: 'Ayarlarda buranın Wi-Fi’sini unutun, sonra yeniden bağlanın.',
    open: 'Bu sayfayı açın:',
    wait: 'Sayfayı yenilemeden bir dakika bekleyin.',
    tell: 'Hiçbir şey değişmezse buradaki görevlilere haber verin ve bu kodu söyleyin:',
  },

  refusals: {
    address: {
      title: 'Bu adres çalışmıyor',
      why: 'Bir şey eksik ya da adres buranın Wi-Fi’sinden gelmiyor.',
    },
    gateway: {
      title: 'Buranın Wi-Fi’si doğru ayarlanmamış',
      why: 'Bu sizin hatanız değil. Buradaki görevliler bunu bildirebilir.',
    },
    unseen: {
      title: 'Cihazınızı bulamıyoruz',
      why: 'Buranın Wi-Fi’si bu cihazı görmüyor.',
    },
    notOpened: {
      title: 'Wi-Fi açılmadı',
      why: 'Kabul ettiniz, ama buranın Wi-Fi’si cevap vermedi.',
    },
    expired: {
      title: 'Bu sayfa artık geçerli değil',
      why: 'Çok uzun süre açık kaldı.',
    },
    closed: {
      title: 'Wi-Fi henüz açık değil',
      why: 'Burası henüz misafirlere Wi-Fi sunmuyor.',
    },
    busy: {
      title: 'Şu anda çok kişi var',
      why: 'Aynı yerden aynı anda çok fazla istek geliyor.',
    },
  },

  unavailable: {
    title: 'Bir dakika, lütfen',
    why: 'Kabulünüzü kaydedemiyoruz. Bu sizin hatanız değil ve hiçbir şey kaybolmadı.',
    auto: 'Bu sayfa kendiliğinden yeniden dener. Açık bırakın.',
    retry: 'Şimdi yeniden dene',
  },

  opening: {
    title: 'Bağlantınızı açıyoruz',
    lead: 'Koşulları kabul ettiniz. Birkaç saniye sürer. Sayfa kendiliğinden bakar.',
    again: 'Şimdi bak',
  },

  notFound: {
    title: 'Bu sayfa yok',
    why: 'Adres yanlış yazılmış veya sayfa taşınmış olabilir.',
    home: 'Ana sayfaya git',
  },

  failure: {
    title: 'Bizim tarafta bir sorun oldu',
    why: 'Bu sizin hatanız değil. Hata not edildi. Bir dakika sonra yeniden deneyin.',
  },

  captive: { redirecting: 'Wi-Fi sayfasını aç' },
}
