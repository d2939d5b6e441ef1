// The page: puts the parts together.

import { get, hasToken, setToken } from './api.js'
import { Controls, prepareTheme } from './controls.js'
import { byId } from './dom.js'
import { prepareDownloads, setDownloads } from './downloads.js'
import { Fields } from './fields.js'
import { FilterBox } from './filter-box.js'
import { narrowed } from './filter.js'
import { Freshness } from './freshness.js'
import { HostNames } from './host-names.js'
import { prepareKeys } from './keyboard.js'
import { Loader } from './loader.js'
import { askForToken, prepareToken, showErrors } from './notices.js'
import { Panels } from './panels.js'
import { csvQuestions, questions } from './questions.js'
import { View } from './state.js'
import { prepareTabs, showTab } from './tabs.js'
import { openValueMenu } from './value-menu.js'
import { between, isOpen, moved, scaled } from './window.js'

const view = new View()
let fields = new Fields()
let hasFields = false

const filterBox = new FilterBox((filter) => (filter === view.state.filter ? loader.run() : view.set({ filter })))
const hosts = new HostNames({
  isWanted: () => view.state.names && fields.answersNames, isAddress: (column) => fields.isAddress(column),
})
const panels = new Panels(view, {
  hosts,
  choose: (items, anchor) =>
    openValueMenu(anchor, items, fields, (condition) => view.set({ filter: narrowed(view.state.filter, condition) })),
  onZoom: (from, to) => view.set({ window: between(from, to) }),
})
const controls = new Controls(view, () => panels.answers.series)
const freshness = new Freshness(byId('freshness'), () => view.state.zone)
const theme = prepareTheme(() => panels.recolor())

const loader = new Loader({
  load, onBusy: (isBusy) => document.body.classList.toggle('busy', isBusy),
  interval: () => (isOpen(view.state.window, Date.now()) ? view.state.refresh : 0),
})

// Asking.

/** One round of questions; gives the seconds after which to try again, if that is not as chosen. */
async function load(signal) {
  const errors = []
  const ask = async (name, path, parameters) => {
    try {
      const { answer, serverTime } = await get(path, parameters, signal)
      if (signal.aborted) return
      panels.show(name, answer)
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
    if (!signal.aborted && !errors.some((error) => error.status === 400)) {
      const rest = tab === 'paths' || tab === 'flows' ? [ask(tab, ...asked[tab])] : []
      await Promise.all([ask('top', ...asked.top), ...rest])
    }
    await status
    if (!signal.aborted) hosts.ask()
  }
  return signal.aborted ? undefined : showProblems(errors)
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

/** Shows what went wrong where it belongs; gives the seconds after which to try again, 0 for never, or undefined. */
function showProblems(errors) {
  for (const error of errors) if (!('status' in error)) console.error(error)
  const inFilter = errors.find((error) => error.parameter === 'filter')
  if (inFilter) filterBox.fail(view.state.filter, inFilter)
  else filterBox.clear()
  const isLocked = errors.some(({ status }) => status === 401)
  askForToken(isLocked)
  // Without a token the form says enough; with one, it was wrong.
  const shown = errors.filter(({ parameter, status }) => parameter !== 'filter' && (status !== 401 || hasToken()))
  showErrors(shown.map(({ message }) => message))
  document.body.classList.toggle('stale', errors.length > 0)
  const waits = errors.map(({ retryAfter }) => retryAfter).filter((seconds) => seconds > 0)
  return isLocked ? 0 : waits.length > 0 ? Math.max(...waits) : undefined
}

// The view.

function showControls(state) {
  controls.show(state, fields)
  filterBox.show(state.filter)
  showTab(state.tab)
  if (hasFields) setDownloads(csvQuestions(state, fields, 160))
}

view.onChange((state, before) => {
  showControls(state)
  if (state.tab !== before.tab) panels.open(state.tab)
  const asks = Object.keys(state).some((name) => name !== 'refresh' && state[name] !== before[name])
  if (asks) loader.run()
  else loader.schedule()
})

function move(fraction) {
  const { series } = panels.answers
  if (series) view.set({ window: moved(series, fraction, Date.now()) })
}

function zoom(factor) {
  const { series } = panels.answers
  if (series) view.set({ window: scaled(series, factor, Date.now()) })
}

const next = (values, value) => values[(values.indexOf(value) + 1) % values.length]
byId('window-back').addEventListener('click', () => move(-0.5))
byId('window-forward').addEventListener('click', () => move(0.5))
byId('zoom-in').addEventListener('click', () => zoom(0.5))
byId('zoom-out').addEventListener('click', () => zoom(2))
byId('skip').addEventListener('click', (event) => {
  // The fragment is the view.
  event.preventDefault()
  byId('traffic').focus()
})
byId('paths-details').addEventListener('toggle', () => hosts.ask())
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

showControls(view.state)
loader.run()
