import { inkOn, readableOn } from '#core/contrast.ts'

const LIGHT = {
  paper: '#faf5ef',
  card: '#ffffff',
  ink: '#2b211c',
  soft: '#65574d',
  line: '#e7dcd1',
  good: '#1b7a48',
  warn: '#95590a',
}
const DARK = {
  paper: '#191513',
  card: '#241f1c',
  ink: '#f5eee7',
  soft: '#c6b9ad',
  line: '#40372f',
  good: '#63c894',
  warn: '#e9b256',
}

type Tones = typeof LIGHT

interface Contrast {
  readonly text: number
  readonly shape: number
}

/** WCAG 1.4.3 and 1.4.11; for who asks for more, 1.4.6. */
const USUAL: Contrast = { text: 4.5, shape: 3 }
const MORE: Contrast = { text: 7, shape: 7 }

function starker(tones: Tones): Tones {
  const ink = inkOn(tones.paper)
  const paper = ink === '#000000' ? '#ffffff' : '#000000'
  return { paper, card: paper, ink, soft: ink, line: ink, good: ink, warn: ink }
}

/**
 * The one style sheet, written into each page: a captive browser that fetches a second file may show
 * the page before it arrives. Only the organisation's colour differs, always readable (WCAG AA).
 */
export function styleSheet(colour: string): string {
  const schemes = (more: string, contrast: Contrast): string =>
    `@media(${more}){${variables(LIGHT, colour, contrast)}}@media(prefers-color-scheme:dark)and (${more}){${variables(DARK, colour, contrast)}}`
  return `${variables(LIGHT, colour, USUAL)}@media(prefers-color-scheme:dark){${variables(DARK, colour, USUAL)}}${schemes('prefers-contrast:more', MORE)}${RULES}`
}

function variables(usual: Tones, colour: string, contrast: Contrast): string {
  const tones = contrast === MORE ? starker(usual) : usual
  const fill = readableOn(tones.card, colour, contrast.shape)
  const link = readableOn(tones.paper, readableOn(tones.card, colour, contrast.text), contrast.text)
  const all = { ...tones, fill, on: inkOn(fill), link }
  return `:root{${Object.entries(all)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';')}}`
}

const RULES = `
:root{color-scheme:light dark}
*{box-sizing:border-box}
html{font:112.5%/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);border-top:.375rem solid var(--fill);overflow-wrap:break-word}
header,footer{padding-inline:max(1.125rem,(100% - 39.75rem)/2)}
main>*{width:min(39.75rem,100% - 2.25rem);margin-inline:auto}
header{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:0 1rem;padding-top:.625rem;padding-bottom:.625rem;background:var(--card);border-bottom:1px solid var(--line)}
a{color:var(--link);text-underline-offset:.2em}
a:focus-visible,button:focus-visible,input:focus-visible,textarea:focus-visible,summary:focus-visible,main:focus-visible{outline:.1875rem solid var(--ink);outline-offset:.1875rem;border-radius:.25rem}
.skip{position:absolute;top:-99rem}
.skip:focus{inset-inline-start:1rem;top:.75rem;z-index:2;padding:.625rem .75rem;background:var(--card)}
.brand{display:flex;align-items:center;gap:.625rem;margin:0;font-size:1.1rem;font-weight:700;line-height:1.2}
.brand img{height:2.25rem;max-width:9rem;display:block}
.langs:has([open]){flex-basis:100%}
.langs summary{display:flex;align-items:center;gap:.5rem;font-weight:400;color:var(--link)}
.langs div{display:grid;grid-template-columns:repeat(auto-fill,minmax(8rem,1fr));gap:0 .75rem;padding-bottom:.5rem}
.langs button{width:auto;min-height:2.75rem;padding:.375rem 0;background:none;color:var(--link);font-size:1rem;font-weight:400;text-align:start;text-decoration:underline;text-underline-offset:.2em}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
h1,h2,h3,h4{line-height:1.2;text-wrap:balance}
h1{font-size:1.9rem;margin-top:1.5rem;margin-bottom:.625rem}
.place+h1{margin-top:.125rem}
h2{font-size:1.25rem;margin:0 0 .625rem}
p+h2,ul+h2{margin-top:1.5rem}
h3,h4,h5,h6{font-size:1.05rem;margin:1.25rem 0 .375rem}
p,ul,ol,dl{margin-top:0;margin-bottom:.75rem}
ul,ol{padding-inline-start:1.25rem}
li+li{margin-top:.375rem}
.place{margin-top:1.25rem;margin-bottom:0;color:var(--soft);font-weight:600}
.lead{font-size:1.1rem;text-wrap:pretty;margin-bottom:1.25rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:1.125rem;margin-bottom:1rem}
.card>:last-child{margin-bottom:0}
details.card{padding-block:.5rem}
.with-icon{display:flex;align-items:center;gap:.5rem}
.points{list-style:none;padding:0}
.points li{display:flex;gap:.75rem;align-items:flex-start}
.points li+li{margin-top:.625rem}
.points span{min-width:0}
svg{flex:none;width:1.5rem;height:1.5rem;fill:none;stroke:var(--link);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
summary{padding:.5rem 0;cursor:pointer}
dt{font-weight:700}
dd{margin:0 0 .625rem}
.soft{color:var(--soft);font-size:.9rem}
.note{border-inline-start:.375rem solid var(--fill);background:var(--card);padding:.75rem 1rem;border-radius:.5rem;font-weight:600}
.note:first-child{margin-top:1.25rem}.card .note{margin-top:0;padding-block:0;border-radius:0;font-weight:400}
.bar{width:auto;padding:.75rem max(1.125rem,(100% - 39.75rem)/2);background:var(--card);border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
.bar p{margin-bottom:.5rem;text-align:center}
button{display:block;width:100%;min-height:3.5rem;padding:.75rem .5rem;border:0;border-radius:.875rem;background:var(--fill);color:var(--on);font:inherit;font-size:1.15rem;font-weight:700;cursor:pointer}
button:hover{filter:brightness(.93)}
button:active{filter:brightness(.86)}
.mark{padding-top:1.25rem;margin-bottom:0}
.mark svg{width:4rem;height:4rem;margin-inline-start:-.35rem;stroke-width:1.75}
.mark+h1{margin-top:0}
.good{stroke:var(--good)}
.warn{stroke:var(--warn)}
.hash{direction:ltr;font:.85rem/1.4 ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
label{display:block;font-weight:700;margin-bottom:.375rem}
input,textarea{display:block;width:100%;min-height:3rem;padding:.625rem .75rem;border:2px solid var(--soft);border-radius:.625rem;background:var(--paper);color:var(--ink);font:inherit;margin-bottom:.75rem}
.code{direction:ltr;font:700 1.1rem/1.4 ui-monospace,Menlo,Consolas,monospace;letter-spacing:.04em;display:inline-block;max-width:100%}
footer{padding-top:1rem;padding-bottom:2rem;color:var(--soft);font-size:.9rem}
@media(min-height:32rem){html{scroll-padding-bottom:9rem}.bar{position:sticky;bottom:0}}
@media(min-width:48rem){h1{font-size:2.4rem}.card{padding:1.5rem 1.75rem}.place{margin-top:2rem}p+button,input+button{width:auto;min-width:18rem}.bar{display:flex;align-items:center;justify-content:space-between;gap:1.5rem}.bar p{margin:0;text-align:start}}
@media(forced-colors:active){button{border:2px solid ButtonText}svg{stroke:CanvasText}}
`.replaceAll('\n', '')
