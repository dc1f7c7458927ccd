import { html } from 'hono/html'
import type { AssociationState } from '#db/admin/overview.ts'
import type { Html } from '../../pages/html.ts'
import { AROUND_PARIS, DEPARTMENTS, MAP_SIZE, OVERSEAS } from './departments.ts'
import type { Department } from './departments.ts'

/** What the associations of one department come to. */
interface DepartmentState {
  readonly sites: number
  readonly silent: number
  readonly connected: number
}

/** The department that an association's code begins with: `75`, `59N`, `2A`, `971`; null where it is none. */
export function departmentOf(code: string): string | null {
  const [, found] = /^(97[1-46]|2[AB]|\d\d)/i.exec(code) ?? []
  const department = found?.toUpperCase()
  return DEPARTMENTS.some((one) => one.code === department) ? (department ?? null) : null
}

/**
 * A map of France with what is the matter where, each department a way to its places. Who listens to the page or
 * goes by the keyboard has the same in the table beside it.
 */
export function franceMap(
  associations: readonly AssociationState[],
  {
    placesOf,
    label,
  }: {
    readonly placesOf: (department: string) => string
    readonly label: (name: string, state: DepartmentState) => string
  },
): Html {
  const states = new Map<string, DepartmentState>()
  for (const { code, sites, silent, connected } of associations) {
    const department = departmentOf(code)
    if (department === null) continue
    const known = states.get(department) ?? { sites: 0, silent: 0, connected: 0 }
    states.set(department, {
      sites: known.sites + sites,
      silent: known.silent + silent,
      connected: known.connected + connected,
    })
  }
  const shape = (one: Department, outline = one.outline): Html => {
    const state = states.get(one.code)
    const tone = toneOf(state)
    const path = html`<path d="${outline}" ${tone !== 'calm' && html` class="${tone}"`} />`
    if (state === undefined) return path
    const title = html`<title>${label(`${one.name} (${one.code})`, state)}</title>`
    return html`<a href="${placesOf(one.code)}" tabindex="-1">${title}${path}</a>`
  }
  const framed = (one: Department): Html => {
    const place = OVERSEAS[one.code]
    if (place === undefined) return shape(one)
    return html`<g transform="translate(${place.join(' ')})">${shape(one)}</g>`
  }
  return html`<svg
    class="map"
    viewBox="0 0 ${MAP_SIZE.width} ${MAP_SIZE.height}"
    aria-hidden="true"
  >
    ${DEPARTMENTS.map(framed)}
    <g transform="translate(10 10)">
      ${DEPARTMENTS.map((one) => {
        const outline = AROUND_PARIS[one.code]
        return outline === undefined ? '' : shape(one, outline)
      })}
    </g>
  </svg>`
}

/** A third of the places silent is a storm or a supplier, one of them a cable. */
function toneOf(state: DepartmentState | undefined): string {
  if (state === undefined || state.sites === 0) return 'none'
  if (state.silent === 0) return 'calm'
  return state.silent * 3 >= state.sites ? 'bad' : 'some'
}
