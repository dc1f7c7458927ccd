import { GraphDrawStyle, LegendDisplayMode, StackingMode, ThresholdsMode } from '@grafana/schema'
import { SortOrder, TooltipDisplayMode } from '@grafana/schema'
import type { Panel, Threshold } from '@grafana/schema'

/** A panel as a definition says it; where it stands follows from the order and `width`, of 24. */
export interface PanelDefinition {
  readonly title: string
  /** What a person who looks at it at night does not know by heart. */
  readonly about?: string
  readonly kind: 'lines' | 'stacked' | 'number'
  readonly width: number
  /** Grafana's name of a unit: `s`, `bytes`, `reqps`, `percentunit`. */
  readonly unit?: string
  /** From this value on it is red; of a number the whole tile. */
  readonly badFrom?: number
  /** Below this value it is red. */
  readonly badBelow?: number
  readonly queries: readonly (readonly [expr: string, legend: string])[]
}

export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' } as const
const HEIGHT = { lines: 8, stacked: 8, number: 4 } as const

/** Where the next one goes: panels fill rows from the left. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly rowHeight: number
}

export function panelOf(
  definition: PanelDefinition,
  id: number,
  place: Place,
): { readonly panel: Panel; readonly next: Place } {
  const { width, kind, title, about = '', queries } = definition
  const h = HEIGHT[kind]
  const fits = place.x + width <= 24
  const [x, y] = fits ? [place.x, place.y] : [0, place.y + place.rowHeight]
  const panel: Panel = {
    ...{ id, title, description: about, datasource: DATASOURCE },
    gridPos: { x, y, w: width, h },
    targets: queries.map(([expr, legendFormat], index) => ({
      refId: String.fromCodePoint(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat,
      // Of a number only the last value counts.
      ...(kind === 'number' ? { instant: true, range: false } : { range: true }),
    })),
    ...(kind === 'number' ? numberForm(definition) : linesForm(definition)),
  }
  return { panel, next: { x: x + width, y, rowHeight: fits ? Math.max(place.rowHeight, h) : h } }
}

type Form = Pick<Panel, 'type' | 'fieldConfig' | 'options'>

function numberForm(definition: PanelDefinition): Form {
  return {
    type: 'stat',
    fieldConfig: { defaults: { ...defaultsOf(definition), noValue: '–' }, overrides: [] },
    options: {
      colorMode: 'background',
      graphMode: 'none',
      textMode: 'auto',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    },
  }
}

function linesForm(definition: PanelDefinition): Form {
  const isStacked = definition.kind === 'stacked'
  return {
    type: 'timeseries',
    fieldConfig: {
      defaults: {
        ...defaultsOf(definition),
        custom: {
          drawStyle: GraphDrawStyle.Line,
          fillOpacity: isStacked ? 40 : 8,
          showPoints: 'never',
          stacking: { mode: isStacked ? StackingMode.Normal : StackingMode.None },
          thresholdsStyle: { mode: definition.badFrom === undefined ? 'off' : 'dashed' },
        },
      },
      overrides: [],
    },
    options: {
      legend: { displayMode: LegendDisplayMode.List, placement: 'bottom', showLegend: true },
      tooltip: { mode: TooltipDisplayMode.Multi, sort: SortOrder.Descending },
    },
  }
}

function defaultsOf({ unit = 'short', badFrom, badBelow, kind }: PanelDefinition): object {
  return {
    unit,
    min: kind === 'number' ? undefined : 0,
    color: { mode: kind === 'number' ? 'thresholds' : 'palette-classic' },
    thresholds: { mode: ThresholdsMode.Absolute, steps: stepsOf(badFrom, badBelow) },
  }
}

/** Grafana begins with a step without a value. */
function stepsOf(badFrom?: number, badBelow?: number): Threshold[] {
  const first = (color: string): Threshold => ({ color, value: null })
  if (badBelow !== undefined) return [first('red'), { color: 'green', value: badBelow }]
  if (badFrom !== undefined) return [first('green'), { color: 'red', value: badFrom }]
  return [first('blue')]
}
