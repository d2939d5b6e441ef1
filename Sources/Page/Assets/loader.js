// When the collector is asked: at each change of the view, and again by itself. One round of questions at a time.

export class Loader {
  #load
  #onBusy
  #interval
  #controller
  #timer

  /**
   * @param load asks and shows; given a signal that ends it; gives the seconds after which to try again, if it must
   * @param onBusy called with whether questions are under way
   * @param interval gives the seconds between rounds at present; 0: none
   */
  constructor({ load, onBusy, interval }) {
    this.#load = load
    this.#onBusy = onBusy
    this.#interval = interval
    document.addEventListener('visibilitychange', () => {
      // A hidden page does not ask; one that is seen again is late.
      if (!document.hidden && this.#interval() > 0 && !this.#controller) this.run()
    })
  }

  /** Ends a round that is under way, and begins one. */
  async run() {
    this.#controller?.abort()
    clearTimeout(this.#timer)
    const controller = new AbortController()
    this.#controller = controller
    this.#onBusy(true)
    let retryAfter
    try {
      retryAfter = await this.#load(controller.signal)
    } finally {
      // A later round has its own end.
      if (this.#controller === controller) {
        this.#controller = undefined
        this.#onBusy(false)
        this.schedule(retryAfter)
      }
    }
  }

  /** Sets when the next round begins: after the last one has ended, so that none piles up. After 0 seconds there is none. */
  schedule(retryAfter) {
    clearTimeout(this.#timer)
    const seconds = retryAfter ?? this.#interval()
    if (seconds > 0 && !this.#controller) {
      this.#timer = setTimeout(() => {
        // Who marks a text wants it to stay.
        if (getSelection()?.type === 'Range') this.schedule()
        else if (!document.hidden) this.run()
      }, seconds * 1000)
    }
  }
}
