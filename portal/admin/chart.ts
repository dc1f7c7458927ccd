import { html } from 'hono/html'
import type { Html } from '../pages/html.ts'

/** What one line or one colour of a chart shows. */
export interface Series {
  readonly label: string
  readonly values: readonly number[]
}

const WIDTH = 480
const HEIGHT = 110

/**
 * A picture of a few numbers over time, drawn by the server, one bar a step, several series one on the other. The
 * numbers themselves stand in the table that `columns` are of.
 */
export function chart(
  title: string,
  series: readonly Series[],
  { columns, most }: { readonly columns: readonly number[]; readonly most: string },
): Html {
  const steps = series[0]?.values.length ?? 0
  const totals = Array.from({ length: steps }, (_, i) =>
    series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0),
  )
  const highest = Math.max(1, ...totals)
  return html`<figure class="chart" data-columns="${columns.join(' ')}">
    <figcaption>${title} <span class="soft">${most}</span></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
      ${series.map(
        (_, n) =>
          html`<path
            class="s${n + 1}"
            stroke-width="${(WIDTH / Math.max(1, steps) - 3).toFixed(1)}"
            d="${bars(series, n, highest)}"
          />`,
      )}
    </svg>
    ${
      series.length > 1 &&
      html`<p class="legend">
        ${series.map(({ label }, n) => html`<span class="s${n + 1}">${label}</span>`)}
      </p>`
    }
  </figure>`
}

/** Each bar a stroke upwards, from where the series below it ends. */
function bars(series: readonly Series[], n: number, highest: number): string {
  const values = series[n]?.values ?? []
  const y = (value: number): number => Math.round((1 - value / highest) * HEIGHT)
  return values
    .map((value, i) => {
      if (value === 0) return ''
      const below = series.slice(0, n).reduce((sum, { values }) => sum + (values[i] ?? 0), 0)
      const x = Math.round(((i + 0.5) / values.length) * WIDTH)
      // A number that is there is seen, however small it is beside the highest.
      return `M${x} ${y(below)}V${Math.min(y(below + value), y(below) - 2)}`
    })
    .join('')
}
