// What the colours of the chart mean, with the rate under the pointer, or the mean.

import { element, replace } from './dom.js'
import { keyLabel } from './fields.js'
import { dateTime, si, zoneName } from './format.js'

/** The small square with a row's colour and number; null is what is left, undefined a row that is not in the chart. */
export function swatch(rank) {
  const name = rank === undefined ? 'none' : rank === null ? 'other' : `rank-${rank + 1}`
  return element('span', { class: `swatch ${name}`, 'aria-hidden': 'true' }, Number.isInteger(rank) ? String(rank + 1) : '')
}

export class Legend {
  #list
  #time
  #figures = []
  #shown

  constructor(list, time) {
    this.#list = list
    this.#time = time
  }

  /**
   * @param rows rates, see rates.js
   * @param choose called with a row and the element that was chosen
   * @param highlight called with a rank, or null
   */
  show(answer, rows, unit, zone, { choose, highlight }) {
    this.#shown = { answer, rows, unit, zone }
    this.#figures = rows.map(() => element('b', {}))
    const items = rows.map((row, rank) => {
      const isOther = row.key === null
      const name = isOther ? (rows.length > 1 ? 'other' : 'all') : keyLabel(row.key, row.names)
      const content = [swatch(isOther ? null : rank), element('span', { class: 'name', title: name }, name), this.#figures[rank]]
      const events = { mouseenter: () => highlight(rank), mouseleave: () => highlight(null), focusin: () => highlight(rank), focusout: () => highlight(null) }
      if (isOther) return element('li', events, element('span', { class: 'entry' }, ...content))
      const button = element('button', {
        type: 'button', class: 'entry', 'data-focus': JSON.stringify(row.key), click: () => choose(row, button),
      }, ...content)
      return element('li', events, button)
    })
    replace(this.#list, ...items)
    this.read(null)
  }

  /** Shows the rates of a bin; null: the means. */
  read(bin) {
    if (!this.#shown) return
    const { answer, rows, unit, zone } = this.#shown
    const isWithin = bin !== null && bin < answer.times.length
    for (const [index, row] of rows.entries()) {
      this.#figures[index].textContent = si(isWithin ? row.values[bin] : row.mean, unit.short)
    }
    this.#time.textContent = isWithin ? this.#sum(bin) : `mean of the window, ${zoneName(answer.to, zone)}`
  }

  #sum(bin) {
    const { answer, rows, unit, zone } = this.#shown
    const time = answer.times[bin]
    const total = rows.reduce((sum, row) => (row.values[bin] === null ? null : sum + row.values[bin]), 0)
    return `${dateTime(time, zone)} ${zoneName(time, zone)}, all ${si(total, unit.short)}`
  }
}
