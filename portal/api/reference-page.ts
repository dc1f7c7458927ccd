import { createHash } from 'node:crypto'
import type { Handler } from 'hono'
import { html, raw } from 'hono/html'
import { z } from 'zod'
import type { Html } from '../pages/html.ts'
import { pagePolicy } from '../security-headers.ts'

const STYLE = `
:root{color-scheme:light dark;--ink:#2b211c;--soft:#65574d;--paper:#faf5ef;--card:#fff;--line:#e7dcd1;--act:#8a0f42}
@media (prefers-color-scheme:dark){:root{--ink:#f5eee7;--soft:#c6b9ad;--paper:#191513;--card:#241f1c;--line:#40372f;--act:#ff9dbd}}
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 4rem}h1{margin:.2rem 0;font-size:1.8rem}h2{margin:2.2rem 0 .6rem;font-size:1.25rem}
p{max-width:44rem}a{color:var(--act)}code,pre{font-family:ui-monospace,monospace;font-size:.875rem}
details{background:var(--card);border:1px solid var(--line);border-radius:.5rem;margin:.4rem 0;padding:0 .9rem}
summary{padding:.6rem 0;cursor:pointer;overflow-wrap:anywhere}summary:focus-visible{outline:3px solid var(--act)}
summary b{display:inline-block;min-width:4.2rem;color:var(--act)}summary span{color:var(--soft)}
table{border-collapse:collapse;width:100%;margin:.4rem 0}th,td{text-align:start;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid var(--line)}
td,th,code{overflow-wrap:anywhere}pre code{overflow-wrap:normal}
pre{overflow:auto;padding:.8rem;border-top:1px solid var(--line);margin:.6rem -.9rem 0}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;list-style:none}`
const STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`

/** What of OpenAPI the page shows. */
const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  description: z.string().optional(),
  parameters: z
    .array(
      z.object({
        ...{ name: z.string(), in: z.string(), required: z.boolean().optional() },
        description: z.string().optional(),
        schema: z.unknown(),
      }),
    )
    .default([]),
  requestBody: z.unknown().optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
})
const shownDocument = z.object({
  info: z.object({ title: z.string(), description: z.string() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
})
type Operation = z.output<typeof operation>

/** `GET /api`: the OpenAPI document for people, made once of the very document; no script and nobody else's server. */
export function apiReference(openApi: object): Handler {
  const page = referencePage(openApi)
  return function apiReferenceHandler(c) {
    c.header('Content-Security-Policy', pagePolicy(STYLE_SOURCE, []))
    return c.html(page)
  }
}

function referencePage(openApi: object): Html {
  const { info, paths, components } = shownDocument.parse(openApi)
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, it]) => ({ path, method, it })),
  )
  // The same of all of them, so told once.
  const problems = operations.flatMap(({ it }) => Object.entries(it.responses)).filter(isProblem)
  const common = commonParameters(operations.flatMap(({ it }) => it.parameters))
  const groups = Map.groupBy(operations, ({ path }) => path.split('/')[3] ?? '')
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} API</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${info.title} API</h1>
          <p>
            ${info.description} For programs: <a href="/api/openapi.json">openapi.json</a>, which
            this page is made of.
          </p>
          <p>
            Send <code>Authorization: Bearer TOKEN</code>; whoever runs the house makes a token with
            <code>npx accueil tokens create</code>.
          </p>
          <nav aria-label="Resources">
            <ul>
              ${[...groups.keys(), 'parameters', 'problems', 'schemas'].map((name) => html`<li><a href="#${name}">${name}</a></li>`)}
            </ul>
          </nav>
          ${Array.from(
            groups,
            ([name, same]) =>
              html`<h2 id="${name}">${name}</h2>
                ${same.map(({ path, method, it }) => operationEntry(path, method, { it, common }))}`,
          )}
          <h2 id="parameters">parameters</h2>
          <p>Those that many of them take.</p>
          ${parameterTable([...common.values()])}
          <h2 id="problems">problems</h2>
          <p>Any of them may be answered with one of these.</p>
          ${answerTable([...new Map(problems)])}
          <h2 id="schemas">schemas</h2>
          ${Object.entries(components.schemas).map(
            ([name, schema]) =>
              html`<details id="schema-${name}">
                <summary>${name}</summary>
                <pre tabindex="0">${JSON.stringify(schema, null, 2)}</pre>
              </details>`,
          )}
        </main>
      </body>
    </html>`
}

type Parameter = Operation['parameters'][number]

/** Those that as many as this take, to the letter, are told once. */
const MANY = 5

function commonParameters(all: readonly Parameter[]): ReadonlyMap<string, Parameter> {
  const alike = Map.groupBy(all, (one) => JSON.stringify(one))
  return new Map(
    Array.from(alike).flatMap(([key, [one, ...same]]) =>
      one === undefined || same.length + 1 < MANY ? [] : [[key, one] as const],
    ),
  )
}

function operationEntry(
  path: string,
  method: string,
  { it, common }: { readonly it: Operation; readonly common: ReadonlyMap<string, Parameter> },
): Html {
  const isCommon = (one: Parameter): boolean => common.has(JSON.stringify(one))
  const taken = it.parameters.filter(isCommon)
  return html`<details id="${it.operationId}">
    <summary>
      <b>${method.toUpperCase()}</b> <code>${path}</code> <span>${it.summary}</span>
    </summary>
    <p>${it.description ?? ''}</p>
    ${parameterTable(it.parameters.filter((one) => !isCommon(one)))}
    ${
      taken.length > 0 &&
      html`<p>Also <a href="#parameters">${taken.map(({ name }) => name).join(', ')}</a>.</p>`
    }
    ${answerTable(Object.entries(it.responses).filter((answer) => !isProblem(answer)))}
    ${it.requestBody !== undefined && html`<pre tabindex="0">${JSON.stringify(it.requestBody, null, 2)}</pre>`}
  </details>`
}

function parameterTable(parameters: readonly Parameter[]): Html | '' {
  if (parameters.length === 0) return ''
  return html`<table>
    <tr>
      <th scope="col">Parameter</th>
      <th scope="col">In</th>
      <th scope="col">What it is</th>
    </tr>
    ${parameters.map(
      (one) =>
        html`<tr>
          <td><code>${one.name}</code>${one.required === true ? ' *' : ''}</td>
          <td>${one.in}</td>
          <td>${one.description ?? ''} <code>${JSON.stringify(one.schema)}</code></td>
        </tr>`,
    )}
  </table>`
}

type Answer = readonly [string, Operation['responses'][string]]

function isProblem([status]: Answer): boolean {
  return Number(status) >= 400
}

function answerTable(answers: readonly Answer[]): Html {
  return html`<table>
    <tr>
      <th scope="col">Answer</th>
      <th scope="col">When</th>
    </tr>
    ${answers.map(
      ([status, answer]) =>
        html`<tr>
          <td>${status}</td>
          <td>${answer.description} ${schemaLink(answer)}</td>
        </tr>`,
    )}
  </table>`
}

function schemaLink(answer: object): Html | '' {
  const [, name] = /"#\/components\/schemas\/(\w+)"/.exec(JSON.stringify(answer)) ?? []
  return name === undefined ? '' : html`<a href="#schema-${name}">${name}</a>`
}
