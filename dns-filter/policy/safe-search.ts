import { nameFromText } from '../message/name.ts'
import { NameMap } from '../names/name-map.ts'

/**
 * Search engines that have a name for "with safe search on", and which names stand for it. From each engine's
 * help for administrators of networks; collected in November 2026:
 * - Google: "Lock SafeSearch for accounts, devices and networks you manage" (forcesafesearch)
 * - YouTube: "Disable or enable Restricted Mode"; the moderate one, as the strict hides most comments and
 *   many health and news videos
 * - Bing: "Block adult content with SafeSearch"; DuckDuckGo: "Safe Search"; Qwant, Ecosia, Brave, Pixabay: the
 *   names that their own pages and filters of families use
 */
const ENGINES: Readonly<Record<string, readonly string[]>> = {
  'restrictmoderate.youtube.com': [
    ...['www.youtube.com', 'm.youtube.com', 'youtube.com', 'youtubei.googleapis.com'],
    ...['youtube.googleapis.com', 'www.youtube-nocookie.com'],
  ],
  'strict.bing.com': ['www.bing.com', 'bing.com', 'edgeservices.bing.com'],
  'safe.duckduckgo.com': ['duckduckgo.com', 'www.duckduckgo.com', 'start.duckduckgo.com'],
  'safeapi.qwant.com': ['api.qwant.com'],
  'strict-safe-search.ecosia.org': ['www.ecosia.org', 'ecosia.org'],
  'forcesafe.search.brave.com': ['search.brave.com'],
  'safesearch.pixabay.com': ['pixabay.com', 'www.pixabay.com'],
}

/** Google's own list of its search domains, `google.` left out. */
const GOOGLE = (
  'com ad ae com.af com.ag al am co.ao com.ar as at com.au az ba com.bd be bf bg com.bh bi bj com.bn ' +
  'com.bo com.br bs bt co.bw by com.bz ca cd cf cg ch ci co.ck cl cm cn com.co co.cr com.cu cv com.cy cz ' +
  'de dj dk dm com.do dz com.ec ee com.eg es com.et fi com.fj fm fr ga ge gg com.gh com.gi gl gm gr com.gt ' +
  'gy com.hk hn hr ht hu co.id ie co.il im co.in iq is it je com.jm jo co.jp co.ke com.kh ki kg co.kr ' +
  'com.kw kz la com.lb li lk co.ls lt lu lv com.ly co.ma md me mg mk ml com.mm mn com.mt mu mv mw com.mx ' +
  'com.my co.mz com.na com.ng com.ni ne nl no com.np nr nu co.nz com.om com.pa com.pe com.pg com.ph com.pk ' +
  'pl pn com.pr ps pt com.py com.qa ro ru rw com.sa com.sb sc se com.sg sh si sk com.sl sn so sm sr st ' +
  'com.sv td tg co.th com.tj tl tm tn to com.tr tt com.tw co.tz com.ua co.ug co.uk com.uy co.uz com.vc ' +
  'co.ve vg co.vi com.vn vu ws rs co.za co.zm co.zw cat'
)
  .split(' ')
  .flatMap((end) => [`google.${end}`, `www.google.${end}`])

/** For exactly these names: what they are led to, in wire form. */
export function createSafeSearch(): NameMap<Uint8Array> {
  const engines = { ...ENGINES, 'forcesafesearch.google.com': GOOGLE }
  return new NameMap(
    Object.entries(engines).flatMap(([target, names]) => {
      const wire = nameFromText(target)
      return wire === null ? [] : names.map((name) => [name, wire] as const)
    }),
  )
}
