// What is shown of each answer. The latest answers stay until the next are there.

import { Chart, hasCharts } from './chart.js'
import { chartColors } from './colors.js'
import { byId, element, setNote } from './dom.js'
import { showExporters } from './exporters-table.js'
import { showFlows } from './flows-table.js'
import { duration, exact, si, span, zoneName } from './format.js'
import { problems } from './health.js'
import { balance, showLedger } from './ledger-table.js'
import { Legend } from './legend.js'
import { showAlerts } from './notices.js'
import { failing, showOutputs } from './outputs-table.js'
import { rates } from './rates.js'
import { showPaths, showSankey } from './sankey.js'
import { showTop } from './top-table.js'
import { units } from './units.js'

const healthTexts = [['silent', 'silent'], ['loss', 'losing'], ['clock', 'with a wrong clock'], ['templates', 'without templates']]

export class Panels {
  /** By the question's name. */
  answers = {}
  #view
  #choose
  #hosts
  #legend = new Legend(byId('legend'), byId('chart-time'))
  #chart
  /** Places of keys in the chart, by their JSON. */
  #ranks = new Map()
  #drawnWidth = 0

  /**
   * @param view the state
   * @param hosts names of hosts
   * @param choose called with items for the value menu and the element that was chosen
   * @param onZoom called with the window that was dragged in the chart
   */
  constructor(view, { hosts, choose, onZoom }) {
    this.#view = view
    this.#hosts = hosts
    this.#choose = choose
    byId('chart-missing').hidden = hasCharts()
    byId('chart').hidden = !hasCharts()
    if (hasCharts()) this.#makeChart(onZoom)
    new ResizeObserver(([{ contentRect: { width } }]) => {
      // What is drawn changes the height.
      if (width === this.#drawnWidth || width === 0) return
      this.#drawnWidth = width
      if (this.answers.paths) this.#paths(this.answers.paths)
    }).observe(byId('sankey'))
  }

  #makeChart(onZoom) {
    const container = byId('chart')
    this.#chart = new Chart(container, { colors: chartColors, onZoom, onHover: (bin) => this.#legend.read(bin) })
    // Who reads the chart by keyboard hears what it shows.
    container.addEventListener('focus', () => byId('chart-time').setAttribute('aria-live', 'polite'))
    container.addEventListener('blur', () => byId('chart-time').removeAttribute('aria-live'))
  }

  /** After the theme has changed. */
  recolor() {
    this.#chart?.recolor()
  }

  /** Shows an answer and keeps it. */
  show(name, answer) {
    this.answers[name] = answer
    if (name === 'series') this.#series(answer)
    else if (name === 'top') this.#top(answer)
    else if (name === 'paths') this.#paths(answer)
    else if (name === 'flows') this.#flows(answer)
    else this.#status(answer)
  }

  /** Shows what is known for a panel that has been opened. */
  open(tab) {
    const { answers } = this
    if (tab === 'paths' || tab === 'flows') {
      if (answers[tab]) this.show(tab, answers[tab])
    } else if (answers.status) {
      this.#details(answers.status)
    }
  }

  #chooseRow(row, by, anchor) {
    this.#choose(row.key.map((value, index) => ({ column: by[index], value, name: row.names?.[index] })), anchor)
  }

  #series(answer) {
    const { unit, zone } = this.#view.state
    const rows = rates(answer, unit)
    this.#ranks = new Map(rows.filter((row) => row.key !== null).map((row, rank) => [JSON.stringify(row.key), rank]))
    const isEmpty = (answer.totals?.flows ?? 0) === 0
    this.#chart?.show(answer, rows, zone)
    this.#legend.show(answer, rows, units[unit], zone, {
      choose: (row, anchor) => this.#chooseRow(row, answer.by, anchor), highlight: (rank) => this.#chart?.highlight(rank),
    })
    byId('legend').hidden = isEmpty
    byId('chart-time').hidden = isEmpty
    setNote(byId('chart-empty'), isEmpty ? this.#emptyText() : '')
    this.#notes(answer)
    byId('traffic-title').textContent = `Traffic by ${answer.by.join(', ')}, ${units[unit].rate}`
    byId('traffic-summary').textContent =
      `${span(answer.from, answer.to, zone)} ${zoneName(answer.to, zone)}, bins of ${duration(answer.bin / 1000)}`
  }

  /** What is to be known of an answer: what it lacks, and what it counts twice. */
  #notes({ by, report = {} }) {
    const { state } = this.#view
    const isEitherEnd = state.both && by.length === 1 && by[0] !== state.by
    const texts = [...(report.notices ?? []), ...(report.unread ?? []), ...(isEitherEnd ? ['A flow counts for both of its ends.'] : [])]
    byId('chart-notes').replaceChildren(...texts.map((text) => element('li', {}, text)))
    byId('chart-notes').hidden = texts.length === 0
  }

  #emptyText() {
    const nobody = this.answers.status?.exporterCount === 0 ? ' No exporter has sent anything since the collector started.' : ''
    return `No flows in this window${this.#view.state.filter ? ' pass the filter' : ''}.${nobody}`
  }

  #top(answer) {
    const { unit, rows } = this.#view.state
    showTop(byId('top-table'), answer, {
      unit, limit: rows, ranks: this.#ranks, hosts: this.#hosts, choose: (row, by, anchor) => this.#chooseRow(row, by, anchor),
    })
    byId('top-summary').textContent =
      `${exact(answer.tables[0]?.groups ?? 0)} groups, ${si(answer.totals.bps, 'bit/s')}, ${si(answer.totals.pps)} packets/s`
  }

  #paths(answer) {
    const { unit } = this.#view.state
    const isEmpty = (answer.tables[0]?.rows.length ?? 0) === 0
    setNote(byId('paths-empty'), isEmpty ? this.#emptyText() : '')
    byId('sankey').hidden = isEmpty
    byId('paths-details').hidden = isEmpty
    if (isEmpty) return
    showSankey(byId('sankey'), answer, unit, this.#choose)
    showPaths(byId('paths-table'), answer, unit, this.#hosts)
  }

  #flows(answer) {
    const { sort, zone } = this.#view.state
    showFlows(byId('flows-table'), answer, { sort, zone, hosts: this.#hosts, choose: this.#choose })
    byId('flows-summary').textContent = answer.rows.length === 0 ? this.#emptyText()
      : `${exact(answer.rows.length)} flows, times in ${zoneName(Date.now(), zone)}`
  }

  #status(status) {
    byId('host').textContent = status.host
    document.title = `${status.host} – sagflow`
    const kinds = status.exporters.map((exporter) => problems(exporter, Date.parse(status.time)).map(({ kind }) => kind))
    const parts = healthTexts.map(([kind, text]) => [kinds.filter((each) => each.includes(kind)).length, text])
      .filter(([number]) => number > 0).map(([number, text]) => `${exact(number)} ${text}`)
    const broken = failing(status.outputs).length
    if (broken > 0) parts.push(`${exact(broken)} output${broken === 1 ? '' : 's'} failing`)
    const isBalanced = status.imbalances.length === 0 && balance(status.ledger).every(({ difference }) => difference === 0)
    const count = `${exact(status.exporterCount)} exporter${status.exporterCount === 1 ? '' : 's'}`
    byId('health-summary').textContent =
      `${[count, ...parts].join(', ')}; the ledger ${isBalanced ? 'balances' : 'does not balance'}`
    byId('health-summary').classList.toggle('wrong', parts.length > 0 || !isBalanced)
    showAlerts(status.alerts)
    this.#details(status)
  }

  /** Of a status, the panel that is open: there may be a thousand exporters. */
  #details(status) {
    const { tab } = this.#view.state
    if (tab === 'exporters') {
      byId('exporters-empty').hidden = status.exporters.length > 0
      showExporters(byId('exporters-table'), status.exporters, Date.parse(status.time), this.#hosts, this.#choose)
    } else if (tab === 'ledger') {
      showLedger(byId('ledger-table'), byId('ledger-beside'), status)
      showOutputs(byId('outputs-table'), byId('relay-table'), status)
    }
  }
}
