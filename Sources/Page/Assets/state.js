// The view is its address: everything that a link must carry is in the fragment, which is not sent to the server.

import { oneLine } from './filter.js'

/** What is shown, by default. */
export const defaults = Object.freeze({
  /** What `-t` takes. */
  window: 'last 1h',
  filter: '',
  /** Columns of the key that traffic is stacked and summed by, joined by commas. */
  by: 'src_addr',
  unit: 'bits',
  /** Both directions of a key as one. */
  both: false,
  /** Names of hosts behind addresses. */
  names: false,
  zone: 'local',
  /** Seconds; 0: only when something is chosen. */
  refresh: 10,
  /** Rows of the top table. */
  rows: 10,
  tab: 'paths',
  /** Columns of the paths from left to right. */
  path: 'src_addr,dst_port,dst_addr',
  /** Order of the flows. */
  sort: 'newest',
})

const choices = {
  unit: ['bits', 'packets', 'flows'],
  zone: ['local', 'utc'],
  refresh: [0, 2, 10, 60],
  rows: [10, 20, 50],
  tab: ['paths', 'flows', 'exporters', 'ledger'],
  sort: ['newest', 'bytes', 'packets', 'duration'],
}

/** The state that a fragment names; what it does not name, or names wrongly, is as by default. */
export function parse(fragment) {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ''))
  const state = { ...defaults }
  for (const name of Object.keys(defaults)) {
    const text = parameters.get(name)
    if (text === null) continue
    if (typeof defaults[name] === 'boolean') state[name] = text === '1'
    else if (choices[name]) state[name] = choices[name].find((choice) => String(choice) === text) ?? defaults[name]
    else if (name === 'filter') state.filter = oneLine(text)
    else if (text.trim() !== '') state[name] = text.trim()
  }
  return state
}

/** The fragment of a state, `#` included; what is as by default is left out. */
export function format(state) {
  const parameters = new URLSearchParams()
  for (const name of Object.keys(defaults)) {
    if (state[name] === defaults[name]) continue
    parameters.set(name, typeof state[name] === 'boolean' ? (state[name] ? '1' : '0') : String(state[name]))
  }
  return `#${parameters}`
}

/** The state in the address, and whoever wants to know when it changes. */
export class View {
  #listeners = []

  constructor() {
    this.state = parse(location.hash)
    // Back, forward, and an address that is typed or a link within the page.
    addEventListener('popstate', () => this.#adopt(parse(location.hash)))
  }

  /** Calls back with the state and the one before it. */
  onChange(listener) {
    this.#listeners.push(listener)
  }

  /** Changes some of the state; a step that Back undoes. */
  set(changes) {
    const state = { ...this.state, ...changes }
    const fragment = format(state)
    if (fragment === format(this.state)) return
    history.pushState(null, '', fragment === '#' ? location.pathname + location.search : fragment)
    this.#adopt(state)
  }

  #adopt(state) {
    const before = this.state
    this.state = state
    for (const listener of this.#listeners) listener(state, before)
  }
}
