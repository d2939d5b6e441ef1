// How fresh the answer is, said anew each second.

import { dateTime, duration } from './format.js'

export class Freshness {
  #node
  #zone
  #until = null
  #live = false
  /** Age of the answer's end when it came, and when that was by the page's own clock; milliseconds. */
  #age = 0
  #arrival = 0

  /** @param zone gives the zone of shown times */
  constructor(node, zone) {
    this.#node = node
    this.#zone = zone
    setInterval(() => this.#show(), 1000)
  }

  /** @param serverTime when it was answered, by the server's clock */
  set({ until, live }, serverTime) {
    this.#until = until ?? null
    this.#live = live === true
    this.#age = this.#until === null ? 0 : Math.max(0, serverTime - this.#until)
    this.#arrival = performance.now()
    this.#show()
  }

  #show() {
    if (this.#arrival === 0) return
    if (this.#until === null) {
      this.#node.textContent = 'nothing stored yet'
      return
    }
    const seconds = (this.#age + performance.now() - this.#arrival) / 1000
    const ago = `until ${duration(Math.floor(seconds))} ago`
    this.#node.textContent = this.#live ? ago : `files ${ago}`
    this.#node.title = `${this.#live ? 'With live flows' : 'Committed files only'}, until ${dateTime(this.#until, this.#zone())}`
  }
}
