import { inkOn, readableOn } from '#core/contrast.ts'

const TEXT_CONTRAST = 4.5
const SHAPE_CONTRAST = 3
const PAPER = '#ffffff'

/** One sheet of A4, to be printed or looked at: ink is spared, the code is black on white. */
export function posterStyle(colour: string): string {
  const fill = readableOn(PAPER, colour, SHAPE_CONTRAST)
  const text = readableOn(PAPER, colour, TEXT_CONTRAST)
  return `:root{--fill:${fill};--on:${inkOn(fill)};--text:${text}}${RULES}`
}

const RULES = `
@page{size:A4;margin:0}
*{box-sizing:border-box}
:root{color-scheme:light}
html{font:12.75pt/1.35 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;background:#fff;color:#1c1613;-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{margin:0 auto;max-width:210mm;min-height:296mm;display:flex;flex-direction:column;overflow-wrap:break-word}
header{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:center;gap:0 8mm;background:var(--fill);color:var(--on);padding:5mm 15mm;font-weight:700}
header p{margin:0;font-size:16pt;display:flex;align-items:center;gap:4mm}
header img{height:12mm;max-width:50mm;background:#fff;border-radius:2mm;padding:1mm}
main{flex:1;display:flex;flex-direction:column;justify-content:space-evenly;padding:4mm 15mm}
p{margin:0 0 1mm}
.first{display:flex;flex-wrap:wrap;gap:6mm 9mm;align-items:center;font-size:13.5pt}
.first>div{flex:1 1 75mm;min-width:0}
.qr{flex:none;width:min(78mm,100%);display:block}
h1{font-size:38pt;line-height:1.05;margin:0 0 3mm;color:var(--text);text-wrap:balance}
h2{font-size:17pt;line-height:1.2;margin:0 0 1mm;color:var(--text)}
.network{font-size:22pt;font-weight:700;line-height:1.2;margin-bottom:3mm}
section{border-top:.5mm solid #d9cfc6;padding-top:3mm;margin-top:2mm}
.soft{font-size:10pt;color:#574a42}
a{color:inherit;text-decoration:none;font-weight:700}
@media screen and (max-width:40rem){h1{font-size:32pt}header,main{padding-inline:1.125rem}}
`.replaceAll('\n', '')
