// Flows, a row each.

import { element, headRow, replace } from './dom.js'
import { dateTime, duration, exact, si } from './format.js'

/** What is asked for; some of them are shown together. */
export const flowColumns = [
  'time_start', 'time_end', 'proto', 'src_addr', 'src_port', 'dst_addr', 'dst_port', 'packets', 'bytes', 'in_if', 'out_if',
  'exporter_addr',
]

/** Columns that a click offers filters for. */
const chosen = new Set(['proto', 'src_addr', 'src_port', 'dst_addr', 'dst_port', 'in_if', 'out_if', 'exporter_addr'])

/**
 * @param answer of `flows`
 * @param sort the column that rows are in the order of, the largest first
 * @param hosts names of hosts
 * @param choose called with items for the value menu and the element that was chosen
 */
export function showFlows(table, answer, { sort, zone, hosts, choose }) {
  const place = new Map(answer.columns.map((name, index) => [name, index]))
  const value = (row, name) => (place.has(name) ? row[place.get(name)] : null)
  const seconds = (row) => (time(value(row, 'time_end')) - time(value(row, 'time_start'))) / 1000
  const order = { newest: (row) => time(value(row, 'time_end')), duration: seconds }[sort] ?? ((row) => value(row, sort) ?? 0)
  const columns = [
    'end', { text: 'seconds', class: 'number' }, ...[...chosen].slice(0, 5), { text: 'packets', class: 'number' },
    { text: 'bytes', class: 'number' }, ...[...chosen].slice(5),
  ]
  const cell = (row, name, number) => {
    const content = value(row, name)
    if (content === null) return element('td', { class: 'none' }, '–')
    const button = element('button', {
      type: 'button', class: 'value', 'data-focus': `${number} ${name}`, title: String(content),
      click: () => choose([{ column: name, value: String(content), name: null }], button),
    }, hosts.content(name, String(content)))
    return element('td', {}, button)
  }
  const rows = [...answer.rows].sort((one, two) => order(two) - order(one)).map((row, number) => element('tr', {},
    element('td', { title: String(value(row, 'time_end') ?? '') }, shownTime(value(row, 'time_end'), zone)),
    element('td', { class: 'number', title: duration(seconds(row)) }, seconds(row).toFixed(3)),
    ...[...chosen].slice(0, 5).map((name) => cell(row, name, number)),
    element('td', { class: 'number' }, exact(value(row, 'packets'))),
    element('td', { class: 'number', title: exact(value(row, 'bytes')) }, si(value(row, 'bytes'), 'B')),
    ...[...chosen].slice(5).map((name) => cell(row, name, number))))
  replace(table, element('thead', {}, headRow(columns)), element('tbody', {}, ...rows))
}

/** Milliseconds since 1970 UTC, of a text with a zone or a number. */
function time(value) {
  return typeof value === 'number' ? value : Date.parse(value ?? '')
}

function shownTime(value, zone) {
  const at = time(value)
  return Number.isFinite(at) ? dateTime(at, zone) : String(value ?? '–')
}
