// Where files and datagrams go beside the store, and whether that works.

import { element, headRow, replace } from './dom.js'
import { duration, exact, si } from './format.js'

/** Outputs that fail. */
export const failing = (outputs = []) => outputs.filter(({ failingSince }) => failingSince !== undefined)

/** Texts of an output, by the names of the columns; `now` in milliseconds, by the server's clock. */
export function outputTexts(output, now) {
  const isFailing = output.failingSince !== undefined
  return {
    state: isFailing ? `failing for ${duration((now - Date.parse(output.failingSince)) / 1000)}` : 'ok',
    waiting: exact(output.waitingFiles), bytes: si(output.waitingBytes, 'B'),
    age: output.waitingFiles > 0 ? duration(output.waitingSeconds) : '–',
    shipped: exact(output.shippedFiles), retries: exact(output.retries), aside: exact(output.setAsideFiles), removed: exact(output.removedFiles),
    what: isFailing ? output.lastError ?? output.place : output.place,
  }
}

const outputColumns = [
  'output', 'type', 'state', { text: 'files waiting', class: 'number' }, { text: 'bytes', class: 'number' },
  { text: 'for', class: 'number' }, { text: 'shipped', class: 'number', title: 'Files shipped since the collector started' },
  { text: 'retries', class: 'number' }, { text: 'set aside', class: 'number', title: 'Files set aside because the destination rejects them' },
  { text: 'removed', class: 'number', title: 'Files removed by retention before they were shipped' }, '',
]

const relayColumns = [
  'relay to', 'state', { text: 'datagrams sent', class: 'number' }, { text: 'failed', class: 'number' }, { text: 'dropped', class: 'number' },
  { text: 'bytes waiting', class: 'number' },
]

/** Shows outputs and targets of the relay; a table without any is hidden. */
export function showOutputs(outputTable, relayTable, { outputs = [], relay = [], time }) {
  const now = Date.parse(time)
  show(outputTable, outputColumns, outputs.map((output) => outputRow(output, now)))
  show(relayTable, relayColumns, relay.map(relayRow))
}

function show(table, columns, rows) {
  table.parentElement.hidden = rows.length === 0
  replace(table, element('thead', {}, headRow(columns)), element('tbody', {}, ...rows))
}

function outputRow(output, now) {
  const texts = outputTexts(output, now)
  const last = output.lastError === undefined ? undefined : `Last error, ${output.lastErrorTime}: ${output.lastError}`
  return element('tr', {},
    element('th', { scope: 'row' }, output.name), element('td', {}, output.type),
    element('td', {}, element('span', { class: texts.state === 'ok' ? 'badge good' : 'badge silent' }, texts.state)),
    ...[texts.waiting, texts.bytes, texts.age, texts.shipped, texts.retries, texts.aside, texts.removed].map(number),
    element('td', { class: 'terms', title: last }, texts.what))
}

function relayRow({ target, sent, failed, dropped, waiting, failure }) {
  return element('tr', {},
    element('th', { scope: 'row' }, target),
    element('td', {}, element('span', { class: failure === undefined ? 'badge good' : 'badge silent' }, failure ?? 'ok')),
    ...[exact(sent), exact(failed), exact(dropped), si(waiting, 'B')].map(number))
}

const number = (text) => element('td', { class: 'number' }, text)
