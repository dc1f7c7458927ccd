/** What staff pages have beside the guests' style sheet: navigation, fields, tables. */
export const STAFF_RULES = `
.top{justify-content:flex-start}
.top .brand{margin-inline-end:auto}
.top form,.tongues{margin:0}
.who{margin:0;color:var(--soft);font-size:.9rem}
.tongues a{font-size:.9rem}
.quiet,.row button{width:auto;min-height:2.75rem;padding:.375rem .875rem;background:none;border:.125rem solid var(--line);border-radius:.625rem;color:var(--link);font-size:1rem;font-weight:600}
.top button{min-height:2.5rem;padding:.25rem .75rem;font-size:.9rem}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0;padding:0;list-style:none}
nav{padding:.375rem max(1.125rem,(100% - 39.75rem)/2);background:var(--card);border-bottom:1px solid var(--line)}
nav li+li{margin:0}
nav a{display:block;padding:.375rem 0;text-decoration:none;font-weight:600}
nav a[aria-current]{color:var(--ink);box-shadow:0 .1875rem 0 var(--fill)}
.wide main>*{width:min(72rem,100% - 2.25rem)}
.wide header,.wide nav,.wide footer{padding-inline:max(1.125rem,(100% - 72rem)/2)}
label{display:block;margin-bottom:.25rem;font-weight:600}
input,select,textarea{display:block;width:100%;min-height:3rem;margin-bottom:1rem;padding:.5rem .75rem;border:.125rem solid var(--soft);border-radius:.625rem;background:var(--paper);color:var(--ink);font:inherit}
input[type=hidden]{display:none}
input[type=checkbox],input[type=radio]{display:inline-block;width:1.25rem;min-height:1.25rem;margin:0 .5rem 0 0;vertical-align:middle}
input:focus-visible,select:focus-visible,textarea:focus-visible{outline:.1875rem solid var(--ink);outline-offset:.125rem}
.error{border-inline-start:.375rem solid var(--warn);background:var(--card);padding:.75rem 1rem;border-radius:.5rem;font-weight:600}
.card .error{background:var(--paper)}
.button{display:block;padding:.875rem 1rem;margin-bottom:.75rem;border-radius:.875rem;background:var(--fill);color:var(--on);font-size:1.15rem;font-weight:700;text-align:center;text-decoration:none}
.button:hover{filter:brightness(.93)}
.row{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:center;justify-content:space-between;padding:.75rem 0;border-bottom:1px solid var(--line)}
.row p{margin:0;flex:1 1 16rem}
.row form{margin:0}
.rows>:first-child{padding-top:0}
.rows>:last-child{border-bottom:0;padding-bottom:0}
.qr{width:12rem;height:12rem;padding:.75rem;background:#fff;fill:#000;stroke:none;margin-bottom:1rem;border-radius:.5rem}
.codes{columns:2;list-style:none;padding:0;font:600 1.05rem/1.9 ui-monospace,Menlo,Consolas,monospace}
.codes li{margin:0}
.key{overflow-wrap:anywhere}
.tabs{display:flex;flex-wrap:wrap;gap:.25rem .5rem;margin:1.25rem auto 1.5rem;padding:0;list-style:none}
.tabs li{margin:0}
.tabs a{display:block;padding:.5rem 1rem;border:.125rem solid var(--line);border-radius:2rem;text-decoration:none;font-weight:600}
.tabs a[aria-current]{background:var(--fill);border-color:var(--fill);color:var(--on)}
.tag{display:inline-block;padding:0 .5rem;border:1px solid var(--line);border-radius:1rem;color:var(--soft);font-size:.85rem;white-space:nowrap}
.key,.all{overflow-wrap:anywhere}
.all{user-select:all;-webkit-user-select:all;margin-top:.25rem}
blockquote{margin:0 0 .5rem;padding:.25rem 0 .25rem .875rem;border-inline-start:.25rem solid var(--line)}
.help{font-size:.9rem;margin:.5rem 0 1rem}
input+.help,select+.help,.pair+.help{margin-top:-.625rem}
.card form+[role=status]{margin-top:1rem}
.scroll+.card{margin-top:1.5rem}
.buttons{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center;margin:0 0 1rem}
.buttons button{flex:1 1 12rem;max-width:22rem;min-height:3rem}
main>.buttons{margin-inline:auto}
[role=search]{margin-bottom:1.5rem}
fieldset{margin:0 0 1rem;padding:0;border:0}
legend{padding:0;margin-bottom:.5rem;font-size:1.1rem;font-weight:700}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr));gap:0 1.5rem}
.pair>div,.pair input{min-width:0}
:lang(fr) q{quotes:"« " " »"}
main>.scroll{margin-bottom:1.5rem}
td .quiet{display:inline-block;min-width:0}
table{width:100%;border-collapse:collapse}
th,td{padding:.5rem .75rem .5rem 0;border-bottom:1px solid var(--line);text-align:start;vertical-align:top}
.differs{min-width:14rem}.scroll{overflow-x:auto}
@media(max-width:40rem){.stacks thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.stacks tr{display:block;border-bottom:1px solid var(--line);padding:.75rem 0}.stacks tr:last-child{border:0;padding-bottom:0}.stacks td{display:flow-root;border:0;padding:.125rem 0;overflow-wrap:anywhere}.stacks td:empty{display:none}.stacks td:first-child{font-weight:700}.stacks td:first-child .soft{font-weight:400}.stacks td[data-of]{padding-inline-start:7.5rem}.stacks td[data-of]::before{content:attr(data-of);float:inline-start;width:7rem;margin-inline-start:-7.5rem;color:var(--soft);hyphens:auto}.stacks td:has(>form:first-child){padding:.375rem 0 0}.stacks td:has(>form:first-child)::before{content:none}.differs{min-width:0}.sums tr{display:grid;grid-template-columns:repeat(3,1fr);padding:.5rem 0;border-bottom:1px solid var(--line)}.sums :is(th,td){padding:0 .5rem 0 0;border:0}.sums :is(th,td):first-child{grid-column:1/-1}.sums td:first-child{font-weight:700}}
@media(max-width:30rem){.codes{columns:1}}
.source{max-height:32rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere}.source p{margin:0;min-height:1.5em}.source del{color:var(--soft)}.source ins{font-weight:700}
.lines{max-height:32rem;overflow:auto;overflow-wrap:anywhere;margin-bottom:1rem}.lines ul{margin:0;padding-inline-start:1.25rem}.lines li{margin:0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem 1.5rem;margin:0}
.figures div{display:flex;flex-direction:column-reverse;justify-content:flex-end}
.figures dt{color:var(--soft);font-size:.95rem;font-weight:400}
.figures dd{margin:0;font-size:1.75rem;font-weight:700;line-height:1.2}
.atlas{display:grid;gap:1.5rem}
.atlas .scroll{max-height:32rem;overflow:auto}
.map{display:block;width:100%;max-width:32rem;height:auto;stroke:var(--card);stroke-width:1.5;stroke-linejoin:round}
.map path{fill:var(--good)}.map .some{fill:var(--warn)}.map .bad{fill:var(--ink)}.map .none{fill:var(--line)}
.map a:hover path{stroke:var(--ink);stroke-width:2.5}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin:.5rem 0 0;font-size:.9rem;color:var(--soft)}
.legend span::before{content:"";display:inline-block;width:.75em;height:.75em;margin-inline-end:.375rem;border-radius:.2em;background:var(--line)}
.legend .s1::before{background:var(--fill)}.legend .s2::before,.legend .calm::before{background:var(--good)}.legend .some::before{background:var(--warn)}.legend .bad::before{background:var(--ink)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1.5rem;margin-bottom:1rem}
.chart{margin:0;min-width:0}
.chart figcaption{font-weight:700;margin-bottom:.5rem}
.chart figcaption .soft{font-weight:400}
.chart>svg{display:block;width:100%;height:8rem;border-bottom:1px solid var(--soft);fill:none}
.chart path{stroke-linecap:butt}.chart .s1{stroke:var(--fill)}.chart .s2{stroke:var(--good)}
.card .tabs{margin:0 0 1rem}
@media(max-width:47.9rem){main>.tabs{flex-wrap:nowrap;overflow-x:auto;padding-bottom:.375rem}main>.tabs a{white-space:nowrap}main>.tabs li:has([aria-current]){order:-1}}
progress{width:10rem;max-width:100%;height:.75rem;accent-color:var(--fill);vertical-align:middle}
.lights{list-style:none;padding:0;margin:0 0 1rem}
.lights li{position:relative;padding:.625rem 0 .625rem 2.25rem;border-bottom:1px solid var(--line);margin:0}
.lights li::before{content:"…";position:absolute;inset-inline-start:0;width:1.5rem;height:1.5rem;border-radius:50%;background:var(--line);color:var(--ink);text-align:center;line-height:1.35rem;font-weight:700}
.lights .green::before{content:"✓";background:var(--good);color:var(--card);line-height:1.5rem}
details>summary{cursor:pointer;padding:.25rem 0;color:var(--link)}
form>details{margin-bottom:1rem}
@media(min-width:60rem){.atlas{grid-template-columns:minmax(0,1fr) minmax(0,1.1fr)}}
@media(min-width:48rem){.facts{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.5rem}.facts dt,.facts dd{margin:0}[role=search]{display:grid;grid-template-columns:minmax(0,1fr) auto;column-gap:1rem}[role=search] label,[role=search] .help{grid-column:1/-1}[role=search] button{grid-column:2;align-self:start;min-height:3rem;padding-block:.5rem}[role=search] input,[role=search] select{grid-column:1}.wide .card form>input,.wide .card form>select,.wide .card form>textarea{max-width:42rem}.buttons .button{margin:0}form>button:not(.quiet){width:auto;min-width:14rem}.button{display:inline-block;min-width:18rem}.top button{min-width:0}}
@media print{header,nav,footer,.button,form{display:none}}
`.replaceAll('\n', '')
