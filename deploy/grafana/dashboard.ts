import { DashboardCursorSync, VariableRefresh, VariableSort } from '@grafana/schema'
import type { Dashboard, Panel, RowPanel } from '@grafana/schema'
import { DATASOURCE, panelOf } from './panel.ts'
import type { PanelDefinition, Place } from './panel.ts'

export interface DashboardDefinition {
  /** Part of its address: it stays. */
  readonly uid: string
  readonly title: string
  readonly about: string
  readonly rows: readonly (readonly [title: string, panels: readonly PanelDefinition[]])[]
}

/** The form that Grafana reads from a file; its types are those of Grafana's own schema. */
export function dashboardOf(definition: DashboardDefinition): Dashboard {
  const panels: (Panel | RowPanel)[] = []
  let y = 0
  for (const [title, definitions] of definition.rows) {
    panels.push({
      ...{ type: 'row', id: panels.length + 1, title, collapsed: false, panels: [] },
      gridPos: { x: 0, y, w: 24, h: 1 },
    })
    let place: Place = { x: 0, y: y + 1, rowHeight: 0 }
    for (const one of definitions) {
      const { panel, next } = panelOf(one, panels.length + 1, place)
      panels.push(panel)
      place = next
    }
    y = place.y + place.rowHeight
  }
  return {
    ...{ uid: definition.uid, title: definition.title, description: definition.about },
    tags: ['accueil'],
    timezone: 'browser',
    editable: true,
    graphTooltip: DashboardCursorSync.Crosshair,
    refresh: '1m',
    schemaVersion: 39,
    time: { from: 'now-6h', to: 'now' },
    links: [
      {
        ...{ type: 'dashboards', tags: ['accueil'], title: 'Accueil', asDropdown: true },
        ...{ icon: '', tooltip: '', url: '', includeVars: true, keepTime: true },
        targetBlank: false,
      },
    ],
    templating: {
      list: [
        { type: 'datasource', name: 'datasource', label: 'Prometheus', query: 'prometheus' },
        {
          ...{ type: 'query', name: 'instance', label: 'Copie', datasource: DATASOURCE },
          query: { query: 'label_values(up{job="accueil"}, instance)', refId: 'instance' },
          ...{
            includeAll: true,
            multi: true,
            allValue: '.*',
            refresh: VariableRefresh.onTimeRangeChanged,
            sort: VariableSort.alphabeticalAsc,
          },
          current: { text: 'All', value: '$__all' },
        },
      ],
    },
    panels,
  }
}
