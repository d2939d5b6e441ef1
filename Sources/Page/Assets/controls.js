// The controls of the head: each shows its part of the view and changes it.

import { byId, element } from './dom.js'
import { span } from './format.js'
import { between, bounds, inputText, inputTime, presets } from './window.js'

const custom = 'custom'

export class Controls {
  #view
  #latest

  /**
   * @param view the state
   * @param latest gives from and to of the latest answer, or undefined
   */
  constructor(view, latest) {
    this.#view = view
    this.#latest = latest
    this.#onChange('window', ({ value }) => {
      if (value === custom) this.#openWindow()
      else view.set({ window: value })
    })
    byId('custom-window').addEventListener('submit', (event) => {
      event.preventDefault()
      this.#setWindow()
    })
    this.#onChange('by', ({ value }) => {
      if (value === custom) this.#openKey()
      else view.set({ by: value })
    })
    this.#onChange('by-custom', ({ value }) => {
      if (value.trim() !== '') view.set({ by: value.replace(/\s/g, '') })
    })
    this.#onChange('both', ({ checked }) => view.set({ both: checked }))
    this.#onChange('names', ({ checked }) => view.set({ names: checked }))
    this.#onChange('refresh', ({ value }) => view.set({ refresh: Number(value) }))
    this.#onChange('rows', ({ value }) => view.set({ rows: Number(value) }))
    this.#onChange('flows-sort', ({ value }) => view.set({ sort: value }))
    this.#onChange('unit', ({ value }) => view.set({ unit: value }))
    this.#onChange('zone', ({ value }) => view.set({ zone: value }))
    for (const index of [0, 1, 2]) this.#onChange(`path-${index}`, () => this.#setPath())
  }

  #onChange(id, action) {
    byId(id).addEventListener('change', (event) => action(event.target))
  }

  /** Shows a state. */
  show(state, fields) {
    const options = [...presets.keys()].map((text) => element('option', { value: text }, text))
    const fixed = bounds(state.window)
    if (!presets.has(state.window)) {
      options.push(element('option', { value: state.window }, fixed ? span(fixed.from, fixed.to, state.zone) : state.window))
    }
    byId('window').replaceChildren(...options, element('option', { value: custom }, 'custom…'))
    byId('window').value = state.window
    byId('custom-window').hidden = true
    this.#showKeys(state, fields)
    byId('both').checked = state.both
    byId('both').disabled = fields.bothDirections(state.by) === undefined
    byId('names').checked = state.names
    byId('names-choice').hidden = !fields.answersNames
    byId('refresh').value = String(state.refresh)
    byId('rows').value = String(state.rows)
    byId('flows-sort').value = state.sort
    for (const name of ['unit', 'zone']) {
      for (const input of document.getElementsByName(name)) input.checked = input.value === state[name]
    }
  }

  #showKeys(state, fields) {
    const { choices } = fields
    const groups = choices.map(({ label, keys }) =>
      element('optgroup', { label }, ...keys.map((key) => element('option', { value: key }, key))))
    const isListed = choices.some(({ keys }) => keys.includes(state.by))
    if (!isListed) groups.push(element('option', { value: state.by }, state.by))
    byId('by').replaceChildren(...groups, element('option', { value: custom }, 'other…'))
    byId('by').value = state.by
    byId('by-custom').hidden = true
    const path = state.path.split(',')
    for (const index of [0, 1, 2]) {
      const known = fields.single.includes(path[index]) || path[index] === undefined ? [] : [path[index]]
      const names = [...fields.single, ...known].map((name) => element('option', { value: name }, name))
      byId(`path-${index}`).replaceChildren(...names, ...(index === 2 ? [element('option', { value: '' }, '–')] : []))
      byId(`path-${index}`).value = path[index] ?? ''
    }
  }

  #setPath() {
    const names = [0, 1, 2].map((index) => byId(`path-${index}`).value).filter((name) => name !== '')
    this.#view.set({ path: names.join(',') })
  }

  #openWindow() {
    const latest = this.#latest()
    const { zone } = this.#view.state
    if (latest) {
      byId('window-from').value = inputText(latest.from, zone)
      byId('window-to').value = inputText(latest.to, zone)
    }
    byId('custom-window').hidden = false
    byId('window-from').focus()
  }

  #setWindow() {
    const { zone } = this.#view.state
    const [from, to] = ['window-from', 'window-to'].map((id) => inputTime(byId(id).value, zone))
    byId('window-to').setCustomValidity(from < to ? '' : 'This must be later than the start of the window')
    if (from < to) this.#view.set({ window: between(from, to) })
    else byId('window-to').reportValidity()
  }

  #openKey() {
    byId('by-custom').value = this.#view.state.by
    byId('by-custom').hidden = false
    byId('by-custom').focus()
  }
}

/** The theme is of this browser, not of the view. */
export function prepareTheme(recolor) {
  const root = document.documentElement
  const select = byId('theme')
  const set = (theme) => {
    select.value = theme
    if (theme === 'system') delete root.dataset.theme
    else root.dataset.theme = theme
    try {
      localStorage.setItem('sagflow-theme', theme)
    } catch {
      // It is kept as long as the page.
    }
    recolor()
  }
  select.value = root.dataset.theme ?? 'system'
  select.addEventListener('change', () => set(select.value))
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolor)
  return { next: () => set({ system: 'light', light: 'dark', dark: 'system' }[select.value]) }
}
