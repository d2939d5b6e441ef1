// Who exports, and whether all of it arrives.

import { element, headRow, replace } from './dom.js'
import { duration, exact, si } from './format.js'
import { clockSkew, problems, sampling, skewText } from './health.js'

/** Exporters whose sessions are shown. */
const open = new Set()

const columns = [
  'exporter', 'health', 'seen', { text: 'datagrams/s', class: 'number' }, { text: 'records/s', class: 'number' },
  { text: 'records', class: 'number' },
  { text: 'lost', class: 'number', title: 'By sequence number: flows (v5), datagrams (v9), records (IPFIX)' }, 'clock',
  { text: 'templates', class: 'number' }, { text: 'early sets', class: 'number', title: 'Data sets that arrived before their template' }, 'sampling',
]

/**
 * @param hosts names of hosts
 * @param choose called with items for the value menu and the element that was chosen
 */
export function showExporters(table, exporters, now, hosts, choose) {
  const again = () => showExporters(table, exporters, now, hosts, choose)
  const rows = exporters.flatMap((exporter) => {
    const isOpen = open.has(exporter.address)
    const lines = [exporterRow(exporter, now, isOpen, hosts, choose, () => {
      if (isOpen) open.delete(exporter.address)
      else open.add(exporter.address)
      again()
    })]
    return isOpen ? [...lines, ...exporter.sessions.map((session) => sessionRow(session, now))] : lines
  })
  replace(table, element('thead', {}, headRow(columns)), element('tbody', {}, ...rows))
}

function exporterRow(exporter, now, isOpen, hosts, choose, toggle) {
  const found = problems(exporter, now)
  const badges = found.length > 0
    ? found.map(({ kind, text }) => element('span', { class: `badge ${kind}` }, text))
    : [element('span', { class: 'badge good' }, 'ok')]
  const button = element('button', {
    type: 'button', class: 'value', 'data-focus': exporter.address,
    click: () => choose([{ column: 'exporter_addr', value: exporter.address, name: null }], button),
  }, hosts.content('exporter_addr', exporter.address))
  const sum = (name) => exporter.sessions.reduce((total, session) => total + session[name], 0)
  return element('tr', {},
    element('th', { scope: 'row' }, element('span', { class: 'key' },
      element('button', {
        type: 'button', class: 'toggle', 'aria-expanded': String(isOpen), 'aria-label': `Sessions of ${exporter.address}`,
        'data-focus': `sessions ${exporter.address}`, click: toggle,
      }, isOpen ? '▾' : '▸'), button)),
    element('td', {}, ...badges), ...figures(exporter, now),
    element('td', {}, skewText(clockSkew(exporter))),
    number(sum('templateCount')), number(sum('unknownTemplateSets')), element('td', {}, sampling(exporter)))
}

function sessionRow(session, now) {
  const name = `port ${session.port}, ${session.version === 10 ? 'IPFIX' : `v${session.version}`}, domain ${session.domain}`
  const turns = [
    [session.restarts, 'restarts'], [session.reordered, 'reordered'], [session.duplicates, 'duplicate'],
  ].filter(([count]) => count > 0).map(([count, what]) => `${exact(count)} ${what}`)
  return element('tr', { class: 'session' },
    element('th', { scope: 'row' }, name), element('td', {}, turns.join(', ')), ...figures(session, now),
    element('td', {}, skewText(session.clockSkew)),
    number(session.templateCount, session.templates.join(', ')), number(session.unknownTemplateSets),
    element('td', {}, sampling({ sessions: [session] })))
}

function figures(source, now) {
  return [
    element('td', { title: source.lastSeen }, `${duration((now - Date.parse(source.lastSeen)) / 1000)} ago`),
    element('td', { class: 'number' }, si(round(source.datagramsPerSecond))),
    element('td', { class: 'number' }, si(round(source.recordsPerSecond))),
    number(source.records), number(source.lost),
  ]
}

const round = (rate) => (rate < 10 ? Math.round(rate * 10) / 10 : Math.round(rate))

function number(count, title) {
  return element('td', { class: 'number', title: title ?? exact(count) }, si(count))
}
