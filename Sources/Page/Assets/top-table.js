// The top table: the top talkers of the charted measure.

import { element, headRow, replace } from './dom.js'
import { keyLabel, label } from './fields.js'
import { exact, percent, si } from './format.js'
import { swatch } from './legend.js'
import { sparkline } from './sparkline.js'
import { units } from './units.js'

/**
 * @param answer of `top`
 * @param ranks of keys in the chart, by `JSON.stringify`
 * @param hosts names of hosts
 * @param choose called with a row, the table's columns and the element that was chosen
 */
export function showTop(table, answer, { unit, limit, ranks, hosts, choose }) {
  const [{ by = [], rows = [] } = {}] = answer.tables
  const { measure } = units[unit]
  const shown = rows.slice(0, limit)
  const rate = unit === 'packets' ? 'pps' : 'bps'
  const columns = [
    by.join(' · '), { text: 'share', class: 'share' },
    ...['bytes', 'packets', 'flows'].map((name) => ({ text: name, class: `number${name === measure ? ' chosen' : ''}` })),
    { text: rate === 'pps' ? 'packets/s' : 'bit/s', class: 'number', title: 'over the window' },
    { text: unit === 'bits' ? 'p95' : 'p95 bit/s', class: 'number', title: '95th percentile of bit/s' }, { text: 'trend', class: 'trend' },
  ]
  const total = answer.totals
  const bodyRows = shown.map((row) => {
    const isNone = row.key.every((value) => value === null)
    const button = element('button', {
      type: 'button', class: `value${isNone ? ' none' : ''}${by.length > 2 ? ' wide' : ''}`, 'data-focus': JSON.stringify(row.key),
      title: keyLabel(row.key, row.names), click: () => choose(row, by, button),
    }, ...row.key.flatMap((value, index) => [index > 0 ? '\u00a0· ' : null, keyPart(hosts, by[index], value, row.names?.[index])]))
    const rank = ranks.get(JSON.stringify(row.key))
    return element('tr', {},
      element('th', { scope: 'row' }, element('span', { class: 'key' }, swatch(rank), button)),
      shareCell(row[measure], total[measure]), ...counts(row),
      element('td', { class: 'number' }, si(row[rate])), element('td', { class: 'number' }, si(row.p95)),
      element('td', { class: 'trend' }, sparkline(row.history)))
  })
  replace(table,
    element('thead', {}, headRow(columns)), element('tbody', {}, ...bodyRows),
    element('tfoot', {}, ...rest(shown, total, measure, rate)))
}

/** What is not in the rows, and the sum of all. */
function rest(rows, total, measure, rate) {
  const line = (name, figures) => element('tr', {},
    element('th', { scope: 'row' }, element('span', { class: 'key' }, swatch(name === 'other' ? null : undefined), name)),
    name === 'other' ? shareCell(figures[measure], total[measure]) : element('td', {}), ...counts(figures),
    element('td', { class: 'number' }, si(figures[rate])), element('td', {}), element('td', {}))
  const left = {}
  for (const name of ['bytes', 'packets', 'flows', 'bps', 'pps']) {
    left[name] = (total[name] ?? 0) - rows.reduce((sum, row) => sum + (row[name] ?? 0), 0)
  }
  // Where a flow counts for both of its ends, nothing is left to show.
  return left[measure] > 0 && left.flows >= 0 ? [line('other', left), line('total', total)] : [line('total', total)]
}

function keyPart(hosts, column, value, name) {
  const text = value === null ? element('span', { class: 'none' }, label(value, null))
    : element('span', {}, hosts.content(column, label(value, null)))
  return name && name !== value ? element('span', {}, text, ' ', element('small', {}, name)) : text
}

function counts(figures) {
  const cell = (name, unit) => element('td', { class: 'number', title: exact(figures[name]) }, si(figures[name], unit))
  return [cell('bytes', 'B'), cell('packets'), cell('flows')]
}

function shareCell(part, whole) {
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' })
  bar.style.setProperty('--share', String(whole > 0 ? Math.min(1, part / whole) : 0))
  return element('td', { class: 'share' }, bar, element('span', {}, percent(part, whole)))
}
