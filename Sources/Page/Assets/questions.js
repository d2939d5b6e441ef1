// What the API is asked for a view.

import { flowColumns } from './flows-table.js'
import { units } from './units.js'

/** Ranks that have a colour of their own. */
export const seriesCount = 8
/** Rows that paths are drawn of. */
const pathRows = 60
const flowRows = 100
const historyLength = 24

/** What every question has: the window in the zone that is shown, and the filter. */
function common({ window, filter, zone }) {
  const name = zone === 'utc' ? undefined : Intl.DateTimeFormat().resolvedOptions().timeZone
  return { window, filter, zone: name === 'UTC' ? undefined : name }
}

/** The key that is asked by, with both directions as one if that is wanted and can be. */
export function key(state, fields) {
  const plain = { by: state.by, bidirectional: false }
  return state.both ? fields.bothDirections(state.by) ?? plain : plain
}

/** Paths and parameters by name; `points` bins are about as many as the chart has room for. */
export function questions(state, fields, points) {
  const { by, bidirectional } = key(state, fields)
  const sort = units[state.unit].measure
  const asked = common(state)
  return {
    series: ['series', { ...asked, by, n: seriesCount, bin: 'auto', points, sort }],
    top: ['top', { ...asked, by, n: state.rows, sort, bidirectional, history: historyLength, p95: 1 }],
    paths: ['top', { ...asked, by: state.path, n: pathRows, sort }],
    flows: ['flows', { ...asked, n: flowRows, columns: flowColumns.join(','), sort: state.sort }],
  }
}
