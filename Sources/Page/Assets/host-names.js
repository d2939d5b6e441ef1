// Names of hosts behind the addresses that tables show. They come after the tables do, and whoever has an address chooses its
// name.

import { ApiError, get } from './api.js'
import { element } from './dom.js'

/** Addresses of one question. */
const most = 100
/** How often an address is asked for that has no answer yet, and the pause before it is asked for again, milliseconds. */
const tries = 4
const pause = 2000
/** As long as the collector remembers them, milliseconds. */
const lifetime = 600_000

export class HostNames {
  #isWanted
  #isAddress
  /** By address: the name, null if it has none, or how often it was asked for. */
  #known = new Map()
  #since = Date.now()
  #isAsking = false

  /**
   * @param isWanted gives whether names are shown
   * @param isAddress gives whether a column has addresses
   */
  constructor({ isWanted, isAddress }) {
    this.#isWanted = isWanted
    this.#isAddress = isAddress
  }

  /** What shows a value of a column: an address gets its name as soon as it is there. */
  content(column, value) {
    if (!this.#isWanted() || !this.#isAddress(column)) return value
    return element('span', { 'data-address': value }, ...this.#parts(value))
  }

  /** Asks for names of the addresses that are in sight, until all are known or late. */
  async ask() {
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      this.#forget()
      for (let asked = this.#missing(); asked.length > 0; asked = this.#missing()) {
        if (this.#known.has(asked[0])) await new Promise((resolve) => setTimeout(resolve, pause))
        await this.#look(asked)
      }
    } catch (error) {
      // Addresses do without; the next round asks again.
      if (!(error instanceof ApiError)) console.error(error)
    } finally {
      this.#isAsking = false
    }
  }

  async #look(addresses) {
    const { answer } = await get('names', { addresses: addresses.join(',') })
    const names = new Map(Object.entries(answer.names))
    for (const address of addresses) {
      this.#known.set(address, names.has(address) ? names.get(address) : (this.#known.get(address) ?? 0) + 1)
    }
    for (const node of document.querySelectorAll('[data-address]')) {
      if (names.has(node.dataset.address)) node.replaceChildren(...this.#parts(node.dataset.address))
    }
  }

  /** Addresses to ask for now: those that were asked for least. */
  #missing() {
    if (!this.#isWanted()) return []
    const shown = [...document.querySelectorAll('[data-address]')].filter((node) => node.checkVisibility())
    const count = (address) => (this.#known.has(address) ? this.#known.get(address) : 0)
    const open = [...new Set(shown.map((node) => node.dataset.address))]
      .filter((address) => typeof count(address) === 'number' && count(address) < tries)
    const least = Math.min(...open.map(count))
    return open.filter((address) => count(address) === least).slice(0, most)
  }

  #forget() {
    if (Date.now() - this.#since < lifetime) return
    this.#known.clear()
    this.#since = Date.now()
  }

  #parts(address) {
    const name = this.#known.get(address)
    return typeof name === 'string' ? [address, ' ', element('bdi', { class: 'host', title: name }, name)] : [address]
  }
}
