// The ledger as a balance: what each stage was given is what it gave on.

import { element, headRow, replace } from './dom.js'
import { exact } from './format.js'

/** The stages, each with its sum and its parts; `sections` is `ledger` of a status. */
export function balance(sections) {
  const count = (section, name) => sections[section]?.[name] ?? 0
  const emitted = [
    ['idle', 'idle'], ['active', 'active'], ['end_of_flow', 'end of flow'], ['forced', 'forced'], ['no_room', 'no room'],
    ['as_sent', 'as sent'],
  ].map(([name, text]) => ({ count: count('flows', `emitted_${name}`), name: text }))
  const stages = [
    {
      name: 'datagrams received', total: count('datagrams', 'received'), parts: [
        { count: count('datagrams', 'taken') - count('datagrams', 'rejected'), name: 'decoded' },
        { count: count('datagrams', 'rejected'), name: 'rejected' },
        { count: count('datagrams', 'refused_denied'), name: 'denied' },
        { count: count('datagrams', 'refused_not_allowed'), name: 'not allowed' },
        { count: count('datagrams', 'refused_over_rate'), name: 'over their rate' },
      ],
    },
    {
      name: 'records decoded', total: count('records', 'flow') + count('records', 'options'), parts: [
        { count: count('flows', 'opened'), name: 'opened a flow' }, { count: count('flows', 'merged'), name: 'merged' },
        { count: count('records', 'filtered'), name: 'filtered out' }, { count: count('records', 'options'), name: 'options' },
      ],
    },
    { name: 'flows opened', total: count('flows', 'opened'), parts: [{ count: count('flows', 'live'), name: 'live' }, ...emitted] },
    {
      name: 'rows emitted', total: emitted.reduce((sum, part) => sum + part.count, 0), parts: [
        { count: count('store', 'committed'), name: 'committed' }, { count: count('store', 'held'), name: 'in the open file' },
        { count: count('rows', 'waiting'), name: 'waiting' }, { count: count('rows', 'printed'), name: 'printed' },
        { count: count('rows', 'dropped'), name: 'dropped, store too slow' }, { count: count('store', 'lost'), name: 'lost, store failing' },
      ],
    },
    {
      name: 'sets before their template', total: count('issues', 'unknown_template'), parts: [
        { count: count('early_sets', 'decoded'), name: 'decoded later' }, { count: count('early_sets', 'waiting'), name: 'waiting' },
        { count: count('early_sets', 'given_up'), name: 'dropped' },
      ],
    },
  ]
  return stages.map((stage) => {
    const difference = stage.total - stage.parts.reduce((sum, part) => sum + part.count, 0)
    return { ...stage, difference }
  })
}

/** What is counted beside the sums, where it is not 0. */
export function besides(sections) {
  const texts = [
    ['datagrams', 'kernel_dropped', 'datagrams dropped by the kernel'],
    ['datagrams', 'untaken', 'datagrams not taken before the end'], ['datagrams', 'unjournaled', 'datagrams not journaled'],
    ['datagrams', 'rings_unread', 'rings of earlier runs not read'],
    ['datagrams', 'recovered', 'datagrams recovered'], ['datagrams', 'clock_corrected', 'datagrams with corrected clock'],
    ['sequence', 'lost', 'lost by sequence number'], ['sequence', 'reordered', 'reordered'], ['sequence', 'duplicates', 'duplicate'],
    ['sequence', 'restarts', 'exporter restarts'], ['store', 'failures', 'failed writes'],
  ].map(([section, name, text]) => [sections[section]?.[name] ?? 0, text])
  const issues = Object.entries(sections.issues ?? {})
    .filter(([name]) => name !== 'unknown_template').map(([name, count]) => [count, name.replaceAll('_', ' ')])
  return [...texts, ...issues].filter(([count]) => count > 0).map(([count, text]) => `${exact(count)} ${text}`)
}

/** @param imbalances sums that the collector itself finds wrong */
export function showLedger(table, beside, { ledger = {}, imbalances = [] }) {
  const stages = balance(ledger).filter((stage) => stage.total > 0 || stage.difference !== 0 || stage.name !== 'sets before their template')
  const rows = stages.map(({ name, total, parts, difference }) => {
    const shown = parts.filter((part, index) => part.count !== 0 || index === 0)
    const terms = shown.flatMap((part, index) => [
      index > 0 ? ' + ' : '', element('span', { class: 'term' }, element('b', {}, exact(part.count)), ` ${part.name}`),
    ])
    const mark = difference === 0
      ? element('span', { class: 'badge good' }, '✓ holds')
      : element('span', { class: 'badge silent' }, `✗ off by ${exact(difference)}`)
    return element('tr', {},
      element('th', { scope: 'row' }, name), element('td', { class: 'number' }, exact(total)), element('td', {}, '='),
      element('td', { class: 'terms' }, ...terms), element('td', {}, mark))
  })
  const wrong = imbalances.map((text) => element('tr', {}, element('td', { colspan: '5' }, element('span', { class: 'badge silent' }, `✗ ${text}`))))
  replace(table,
    element('thead', {}, headRow(['stage', { text: 'given', class: 'number' }, '', 'became', 'balance'])), element('tbody', {}, ...rows, ...wrong))
  const lines = besides(ledger)
  beside.textContent = lines.length > 0 ? `In addition: ${lines.join(', ')}.` : 'Nothing was lost, rejected or corrected.'
}
