// What the API is asked for a view.

import { flowColumns } from './flows-table.js'
import { units } from './units.js'

/** Ranks that have a colour of their own. */
const seriesCount = 8
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
function key(state, fields) {
  const plain = { by: state.by, bidirectional: false }
  return state.both ? fields.bothDirections(state.by) ?? plain : plain
}

/** Paths and parameters by name; `points` bins are about as many as the chart has room for. */
export function questions(state, fields, points) {
  const asked = csvQuestions(state, fields, points)
  const [path, parameters] = asked.top
  // What a file of sums has no place for.
  return { ...asked, top: [path, { ...parameters, history: historyLength, p95: 1 }] }
}

/** The same for files. */
export function csvQuestions(state, fields, points) {
  const { by, bidirectional } = key(state, fields)
  const sort = units[state.unit].measure
  const asked = common(state)
  return {
    series: ['series', { ...asked, by, bidirectional, n: seriesCount, bin: 'auto', points, sort }],
    top: ['top', { ...asked, by, n: state.rows, sort, bidirectional }],
    paths: ['top', { ...asked, by: state.path, n: pathRows, sort }],
    flows: ['flows', { ...asked, n: flowRows, columns: flowColumns.join(','), sort: state.sort }],
  }
}
