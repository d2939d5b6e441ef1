// The filter, and what the collector has against it, at its column.

import { byId, element } from './dom.js'
import { around } from './filter.js'

export class FilterBox {
  #input = byId('filter')
  #error = byId('filter-error')

  /** @param apply called with the filter to show */
  constructor(apply) {
    byId('filter-form').addEventListener('submit', (event) => {
      event.preventDefault()
      apply(this.#input.value.trim())
    })
    byId('filter-clear').addEventListener('click', () => {
      this.#input.value = ''
      apply('')
    })
    this.#input.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#input.blur()
    })
  }

  show(filter) {
    this.#input.value = filter
    byId('filter-clear').disabled = filter === ''
  }

  focus() {
    this.#input.focus()
    this.#input.select()
  }

  /** Shows a mistake under the text it is in. */
  fail(filter, { message, column }) {
    const { before, at, behind } = around(filter, column ?? 1)
    // The invisible copy puts the caret below its place whatever the width of characters.
    const lines = column ? [
      element('div', { class: 'source', 'aria-hidden': 'true' }, before, element('mark', {}, at), behind),
      element('div', { class: 'source', 'aria-hidden': 'true' }, element('span', { class: 'ghost' }, before), element('b', {}, '^')),
    ] : []
    this.#error.replaceChildren(...lines, element('p', {}, message))
    this.#error.hidden = false
    this.#input.setAttribute('aria-invalid', 'true')
  }

  clear() {
    this.#error.hidden = true
    this.#error.replaceChildren()
    this.#input.removeAttribute('aria-invalid')
  }
}
