import { html } from 'hono/html'
import type { AssociationState } from '#db/admin/overview.ts'
import type { Html } from '../pages/html.ts'
import { PLACES_PATH } from './admin-paths.ts'
import type { AdminView } from './admin-request.ts'
import { franceMap } from './map/france.ts'
import { numberIn } from './numbers.ts'
import { table } from './pieces.ts'

/** Fewer have no need of a map. */
const FEWEST_ON_A_MAP = 3

/** Where the places are and which do not answer: as a map, and as a table of the same. */
export function associationSection(view: AdminView, found: readonly AssociationState[]): Html {
  const { text, frame } = view
  const { overview: words } = text
  const { language } = frame
  const rows = found.map(({ code, name, sites, silent, connected }) => [
    html`<a href="${placesOf('association', code)}">${code} <bdi>${name}</bdi></a>`,
    numberIn(sites, language),
    silent === 0 ? '–' : html`<strong>${numberIn(silent, language)}</strong>`,
    numberIn(connected, language),
  ])
  const heads = [words.association, words.sites, words.silentPlaces, words.connected]
  const label = (
    name: string,
    state: Pick<AssociationState, 'sites' | 'silent' | 'connected'>,
  ): string =>
    words.mapLabel.replaceAll(/\{(\w+)\}/g, (_, word: string) => {
      const number = { ...state }[word]
      return number === undefined ? name : numberIn(number, language)
    })
  const hasMap = found.length >= FEWEST_ON_A_MAP
  const placesOfDepartment = (code: string): string => placesOf('department', code)
  return html`<section class="card" aria-labelledby="associations">
    <h2 id="associations">${words.associations}</h2>
    <div class="${hasMap && 'atlas'}">
      ${
        hasMap &&
        html`<div>
          <p class="soft">${words.mapLead}</p>
          ${franceMap(found, { placesOf: placesOfDepartment, label })}
          <p class="legend">
            ${(['calm', 'some', 'bad', 'none'] as const).map(
              (tone) => html`<span class="${tone}">${words.mapLegend[tone]}</span>`,
            )}
          </p>
        </div>`
      }
      ${table(words.associations, heads, rows, { figures: true })}
    </div>
  </section>`
}

function placesOf(by: 'association' | 'department', code: string): string {
  return `${PLACES_PATH}?${new URLSearchParams({ [by]: code }).toString()}`
}
