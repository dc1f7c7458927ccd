// Draws the charts of the overview with uPlot, from the numbers of the table beside them. Without this script, or
// where it fails, the pictures that came with the page stay.
'use strict'
;(() => {
  const table = document.getElementById('activity-table')
  if (table === null || typeof uPlot === 'undefined') return
  const language = document.documentElement.lang
  const zone = table.dataset.zone
  const rows = [...table.tBodies[0].rows]
  const times = rows.map((row) => Number(row.dataset.at))
  // As they are, beside the cells that have them as people write them.
  const values = rows.map((row) => row.dataset.n.split(' ').map(Number))
  const isDaily = table.dataset.step === 'day'
  const when = new Intl.DateTimeFormat(
    language,
    isDaily
      ? { timeZone: zone, day: 'numeric', month: 'short' }
      : { timeZone: zone, hour: '2-digit', minute: '2-digit' },
  )
  const number = new Intl.NumberFormat(language)
  const colour = (name) => getComputedStyle(document.body).getPropertyValue(name).trim()

  function draw(figure) {
    const picture = figure.querySelector('svg')
    const holder = document.createElement('div')
    const columns = figure.dataset.columns.split(' ').map(Number)
    const ink = colour('--soft')
    const grid = { stroke: colour('--line'), width: 1 }
    const heads = table.tHead.rows[0].cells
    const series = columns.map((column, i) => ({
      label: heads[column].textContent,
      stroke: colour(i === 0 ? '--fill' : '--good'),
      width: 2,
      points: { show: times.length < 40, size: 5 },
      value: (_, value) => (value === null ? '–' : number.format(value)),
    }))
    const size = () => ({ width: figure.clientWidth, height: 220 })
    const chart = new uPlot(
      {
        ...size(),
        cursor: { y: false },
        scales: { y: { range: (_, _min, max) => [0, Math.max(4, max * 1.1)] } },
        axes: [
          {
            stroke: ink,
            grid,
            ticks: grid,
            values: (_, all) => all.map((at) => when.format(at * 1000)),
          },
          {
            stroke: ink,
            grid,
            ticks: grid,
            size: 60,
            values: (_, all) => all.map((n) => (Number.isInteger(n) ? number.format(n) : '')),
          },
        ],
        series: [
          {
            label: heads[0].textContent,
            value: (_, at) => (at === null ? '–' : when.format(at * 1000)),
          },
          ...series,
        ],
      },
      [times, ...columns.map((column) => values.map((row) => row[column - 1]))],
      holder,
    )
    // It is a second picture of the same table: who listens to the page reads that.
    holder.setAttribute('aria-hidden', 'true')
    picture.replaceWith(holder)
    // The chart has a legend of its own, with the numbers under the pointer.
    figure.querySelector('.legend')?.remove()
    new ResizeObserver(() => chart.setSize(size())).observe(figure)
  }
  for (const figure of document.querySelectorAll('figure.chart')) draw(figure)
})()
