// The page: puts the parts together.

import { get, setToken } from './api.js'
import { Chart, hasCharts } from './chart.js'
import { chartColors } from './colors.js'
import { Controls, prepareTheme } from './controls.js'
import { byId, setNote } from './dom.js'
import { prepareDownloads, setDownloads } from './downloads.js'
import { showExporters } from './exporters-table.js'
import { Fields } from './fields.js'
import { FilterBox } from './filter-box.js'
import { narrowed } from './filter.js'
import { showFlows } from './flows-table.js'
import { duration, exact, si, span, zoneName } from './format.js'
import { Freshness } from './freshness.js'
import { problems } from './health.js'
import { prepareKeys } from './keyboard.js'
import { balance, showLedger } from './ledger-table.js'
import { Legend } from './legend.js'
import { Loader } from './loader.js'
import { askForToken, prepareToken, showAlerts, showErrors } from './notices.js'
import { key, questions } from './questions.js'
import { rates } from './rates.js'
import { showPaths, showSankey } from './sankey.js'
import { View } from './state.js'
import { prepareTabs, showTab } from './tabs.js'
import { showTop } from './top-table.js'
import { units } from './units.js'
import { openValueMenu } from './value-menu.js'
import { between, isOpen, moved, scaled } from './window.js'

const view = new View()
let fields = new Fields()
let hasFields = false
/** The latest answers, by the question's name. */
const answers = {}

const filterBox = new FilterBox((filter) => (filter === view.state.filter ? loader.run() : view.set({ filter })))
const controls = new Controls(view, () => answers.series)
const freshness = new Freshness(byId('freshness'), () => view.state.zone)
const legend = new Legend(byId('legend'), byId('chart-time'))
const chart = hasCharts() ? new Chart(byId('chart'), {
  colors: chartColors, onZoom: (from, to) => view.set({ window: between(from, to) }), onHover: (bin) => legend.read(bin),
}) : undefined
const theme = prepareTheme(() => chart?.recolor())

const loader = new Loader({
  load, onBusy: (isBusy) => document.body.classList.toggle('busy', isBusy),
  interval: () => (isOpen(view.state.window, Date.now()) ? view.state.refresh : 0),
})

/** Offers filters for values of a key. */
function choose(items, anchor) {
  openValueMenu(anchor, items, fields, (condition) => view.set({ filter: narrowed(view.state.filter, condition) }))
}

/** Offers filters for a row of a table or of the chart's legend. */
function chooseRow(row, by, anchor) {
  choose(row.key.map((value, index) => ({ column: by[index], value, name: row.names?.[index] })), anchor)
}

// What is shown of each answer.

function showSeries(answer) {
  const { unit, zone } = view.state
  const rows = rates(answer, unit)
  const ranks = new Map(rows.filter((row) => row.key !== null).map((row, rank) => [JSON.stringify(row.key), rank]))
  answers.ranks = ranks
  const isEmpty = (answer.totals?.flows ?? 0) === 0
  chart?.show(answer, rows, zone)
  legend.show(answer, rows, units[unit], zone, {
    choose: (row, anchor) => chooseRow(row, answer.by, anchor), highlight: (rank) => chart?.highlight(rank),
  })
  byId('legend').hidden = isEmpty
  byId('chart-time').hidden = isEmpty
  setNote(byId('chart-empty'), isEmpty ? emptyText() : '')
  byId('traffic-title').textContent = `Traffic by ${answer.by.join(', ')}, ${units[unit].rate}`
  byId('traffic-summary').textContent =
    `${span(answer.from, answer.to, zone)} ${zoneName(answer.to, zone)}, bins of ${duration(answer.bin / 1000)}`
  const { by } = key(view.state, fields)
  const isEitherEnd = view.state.both && by !== view.state.by
  setNote(byId('chart-note'), isEitherEnd ? 'A flow counts for both of its ends.' : '')
}

function emptyText() {
  const nobody = answers.status?.exporterCount === 0 ? ' No exporter has sent anything since the collector started.' : ''
  return `No flows in this window${view.state.filter ? ' pass the filter' : ''}.${nobody}`
}

function showTopAnswer(answer) {
  const [table] = answer.tables
  const { unit, rows } = view.state
  showTop(byId('top-table'), answer, { unit, limit: rows, ranks: answers.ranks ?? new Map(), choose: chooseRow })
  byId('top-summary').textContent = `${exact(table?.groups ?? 0)} groups, ${si(answer.totals.bps, 'bit/s')}, ${si(answer.totals.pps)} packets/s`
}

function showPathsAnswer(answer) {
  const isEmpty = (answer.tables[0]?.rows.length ?? 0) === 0
  setNote(byId('paths-empty'), isEmpty ? emptyText() : '')
  byId('sankey').hidden = isEmpty
  byId('paths-details').hidden = isEmpty
  if (isEmpty) return
  showSankey(byId('sankey'), answer, view.state.unit, choose)
  showPaths(byId('paths-table'), answer, view.state.unit)
}

function showFlowsAnswer(answer) {
  const { sort, zone } = view.state
  showFlows(byId('flows-table'), answer, { sort, zone, choose })
  byId('flows-summary').textContent = answer.rows.length === 0 ? emptyText()
    : `${exact(answer.rows.length)} of ${exact(answer.report?.rowsSelected ?? answer.rows.length)}, times in ${zoneName(Date.now(), zone)}`
}

function showStatus(status) {
  byId('host').textContent = status.host
  document.title = `${status.host} – sagflow`
  const now = Date.parse(status.time)
  const found = status.exporters.map((exporter) => problems(exporter, now).map(({ kind }) => kind))
  const count = (kind) => found.filter((kinds) => kinds.includes(kind)).length
  const parts = [['silent', 'silent'], ['loss', 'losing'], ['clock', 'with a wrong clock'], ['templates', 'without templates']]
    .map(([kind, text]) => [count(kind), text]).filter(([number]) => number > 0).map(([number, text]) => `${number} ${text}`)
  const isBalanced = status.imbalances.length === 0 && balance(status.ledger).every(({ difference }) => difference === 0)
  byId('health-summary').textContent = `${exact(status.exporterCount)} exporter${status.exporterCount === 1 ? '' : 's'}`
    + `${parts.length > 0 ? `, ${parts.join(', ')}` : ''}; the ledger ${isBalanced ? 'balances' : 'does not balance'}`
  byId('health-summary').classList.toggle('wrong', parts.length > 0 || !isBalanced)
  showAlerts(status.alerts)
  byId('exporters-empty').hidden = status.exporters.length > 0
  showExporters(byId('exporters-table'), status.exporters, now, choose)
  showLedger(byId('ledger-table'), byId('ledger-beside'), status)
}

const show = { series: showSeries, top: showTopAnswer, paths: showPathsAnswer, flows: showFlowsAnswer, status: showStatus }

// Asking.

async function load(signal) {
  const errors = []
  const ask = async (name, path, parameters) => {
    try {
      const { answer, serverTime } = await get(path, parameters, signal)
      if (signal.aborted) return
      answers[name] = answer
      show[name](answer)
      if (name === 'series') freshness.set(answer, serverTime)
    } catch (error) {
      if (error.name !== 'AbortError') errors.push(error)
    }
  }
  await prepareFields(signal, errors)
  if (errors.length === 0 && !signal.aborted) {
    const points = Math.min(160, Math.max(40, Math.round(byId('chart').clientWidth / 6)))
    const asked = questions(view.state, fields, points)
    const { tab } = view.state
    const status = ask('status', 'status')
    // The table takes the chart's colours: it comes after it. And a mistake need not be answered thrice.
    await ask('series', ...asked.series)
    if (!errors.some((error) => error.status === 400)) {
      const rest = tab === 'paths' || tab === 'flows' ? [ask(tab, ...asked[tab])] : []
      await Promise.all([ask('top', ...asked.top), ...rest])
    }
    await status
  }
  if (signal.aborted) return undefined
  return showProblems(errors)
}

/** The columns, once. */
async function prepareFields(signal, errors) {
  if (hasFields) return
  try {
    const { answer } = await get('fields', {}, signal)
    fields = new Fields(answer)
    hasFields = true
    showControls(view.state)
  } catch (error) {
    if (error.name !== 'AbortError') errors.push(error)
  }
}

/** Shows what went wrong where it belongs; gives the seconds after which to try again, if the collector named them. */
function showProblems(errors) {
  for (const error of errors) if (!('status' in error)) console.error(error)
  const inFilter = errors.find((error) => error.parameter === 'filter')
  if (inFilter) filterBox.fail(view.state.filter, inFilter)
  else filterBox.clear()
  askForToken(errors.some(({ status }) => status === 401))
  showErrors(errors.filter(({ parameter, status }) => parameter !== 'filter' && status !== 401).map(({ message }) => message))
  document.body.classList.toggle('stale', errors.length > 0)
  const waits = errors.map(({ retryAfter }) => retryAfter).filter((seconds) => seconds > 0)
  return waits.length > 0 ? Math.max(...waits) : undefined
}

// The view.

function showControls(state) {
  controls.show(state, fields)
  filterBox.show(state.filter)
  showTab(state.tab)
  if (hasFields) setDownloads(questions(state, fields, 160))
}

view.onChange((state, before) => {
  showControls(state)
  const asks = Object.keys(state).some((name) => name !== 'refresh' && state[name] !== before[name])
  if (asks) loader.run()
  else loader.schedule()
})

function move(fraction) {
  if (answers.series) view.set({ window: moved(answers.series, fraction, Date.now()) })
}

function zoom(factor) {
  if (answers.series) view.set({ window: scaled(answers.series, factor, Date.now()) })
}

const next = (values, value) => values[(values.indexOf(value) + 1) % values.length]
byId('window-back').addEventListener('click', () => move(-0.5))
byId('window-forward').addEventListener('click', () => move(0.5))
byId('zoom-in').addEventListener('click', () => zoom(0.5))
byId('zoom-out').addEventListener('click', () => zoom(2))
prepareTabs((tab) => view.set({ tab }))
prepareDownloads((error) => showProblems([error]))
prepareToken((token) => {
  setToken(token)
  loader.run()
})
prepareKeys([
  { keys: ['/'], text: 'to the filter', run: () => filterBox.focus() },
  { keys: ['ArrowLeft'], text: 'half a window back', run: () => move(-0.5) },
  { keys: ['ArrowRight'], text: 'half a window forward', run: () => move(0.5) },
  { keys: ['+', '='], text: 'zoom in', run: () => zoom(0.5) },
  { keys: ['-'], text: 'zoom out', run: () => zoom(2) },
  { keys: ['r'], text: 'ask again', run: () => loader.run() },
  { keys: ['u'], text: 'next unit', run: () => view.set({ unit: next(['bits', 'packets', 'flows'], view.state.unit) }) },
  { keys: ['b'], text: 'both directions', run: () => view.set({ both: !view.state.both }) },
  { keys: ['z'], text: 'local time or UTC', run: () => view.set({ zone: next(['local', 'utc'], view.state.zone) }) },
  { keys: ['t'], text: 'theme', run: () => theme.next() },
  ...['paths', 'flows', 'exporters', 'ledger'].map((tab, index) => (
    { keys: [String(index + 1)], text: tab, run: () => view.set({ tab }) })),
])
let drawnWidth = 0
new ResizeObserver(([{ contentRect }]) => {
  // What is drawn changes the height.
  if (contentRect.width === drawnWidth || contentRect.width === 0) return
  drawnWidth = contentRect.width
  if (answers.paths) showPathsAnswer(answers.paths)
}).observe(byId('sankey'))

byId('chart-missing').hidden = hasCharts()
byId('chart').hidden = !hasCharts()
showControls(view.state)
loader.run()
