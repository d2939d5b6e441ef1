// Traffic over time: stacked steps, drawn by uPlot. Colours come from the style sheet, by rank.

import { day, tick, timeOfDay } from './format.js'
import { stacked } from './rates.js'

/** Whether the library is there. */
export const hasCharts = () => typeof globalThis.uPlot === 'function'

/** Pixels that a layer must have for its number to be written in it. */
const leastLayer = 15

export class Chart {
  #plot
  #layers = []
  #window = { from: 0, to: 1 }
  #bins = 0
  #zone = 'local'
  #highlighted = null
  #pending
  #container
  #colors
  #onZoom
  #onHover

  /**
   * @param container where it is drawn
   * @param colors gives fill and text colours of so many ranks, and of lines and labels
   * @param onZoom called with the window that was dragged, milliseconds
   * @param onHover called with the bin under the pointer, or null
   */
  constructor(container, { colors, onZoom, onHover }) {
    this.#container = container
    this.#colors = colors
    this.#onZoom = onZoom
    this.#onHover = onHover
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(container)
    container.addEventListener('keydown', (event) => this.#move(event))
    // Prevents focus by mouse: only keyboard users want the arrow keys here; elsewhere they move the window.
    container.addEventListener('mousedown', (event) => event.preventDefault())
    // A press that becomes no drag leaves nothing to wait for.
    addEventListener('mouseup', () => setTimeout(() => this.#showPending()))
  }

  /** Shows rows of rates (see rates.js); the last one is what is left. */
  show({ times, bin, from, to }, rows, zone) {
    // A selection that is being dragged stays.
    if (this.#plot && this.#plot.select.width > 0) {
      this.#pending = [{ times, bin, from, to }, rows, zone]
      return
    }
    const layers = stacked(rows)
    const isSame = this.#plot && layers.length === this.#layers.length && zone === this.#zone
    this.#layers = layers
    this.#window = { from, to }
    this.#bins = times.length
    this.#zone = zone
    // A step needs its end.
    const ends = times.length > 0 ? [...times, times.at(-1) + bin] : []
    const data = [ends, ...[...layers].reverse().map((layer) => (layer.length > 0 ? [...layer, layer.at(-1)] : []))]
    if (isSame) this.#plot.setData(data)
    else this.#make(data)
  }

  /** Draws anew with other colours. */
  recolor() {
    if (this.#plot) this.#make(this.#plot.data)
  }

  /** Makes all rows but one pale; null: none. */
  highlight(rank) {
    if (rank === this.#highlighted) return
    this.#highlighted = rank
    this.#plot?.redraw(false)
  }

  #size() {
    return { width: Math.max(200, this.#container.clientWidth), height: Math.max(160, this.#container.clientHeight) }
  }

  #make(data) {
    this.#plot?.destroy()
    const count = data.length - 1
    const colors = this.#colors(count)
    const { uPlot } = globalThis
    const axis = { stroke: colors.label, font: '11px system-ui, sans-serif', grid: { stroke: colors.grid, width: 1 }, ticks: { stroke: colors.grid, width: 1, size: 4 } }
    // The whole stack is drawn first, and each smaller sum over it.
    const series = Array.from({ length: count }, (_, index) => {
      const rank = count - 1 - index
      return {
        paths: uPlot.paths.stepped({ align: 1 }), points: { show: false }, width: 1,
        stroke: colors.background, fill: () => this.#fill(colors, rank),
      }
    })
    this.#plot = new uPlot({
      ...this.#size(), ms: 1, legend: { show: false }, padding: [8, 8, 0, 0],
      tzDate: (time) => (this.#zone === 'utc' ? uPlot.tzDate(new Date(time), 'Etc/UTC') : new Date(time)),
      cursor: {
        y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: 5 },
        dataIdx: (plot, _, closest, value) => (plot.data[0][closest] > value ? Math.max(0, closest - 1) : closest),
      },
      scales: {
        x: { time: true, range: () => [this.#window.from, this.#window.to] },
        y: { range: (_, least, greatest) => [0, greatest > 0 ? greatest * 1.06 : 1] },
      },
      axes: [
        { ...axis, size: 36, space: 70, values: (_, splits, __, ___, step) => this.#timeLabels(splits, step) },
        { ...axis, size: 54, space: 32, values: (_, splits) => splits.map(tick) },
      ],
      series: [{}, ...series],
      hooks: {
        setSelect: [(plot) => this.#select(plot)],
        setCursor: [({ cursor }) => this.#onHover(cursor.idx === null || cursor.left < 0 ? null : Math.min(cursor.idx, this.#bins - 1))],
        draw: [(plot) => this.#number(plot, colors)],
      },
    }, data, this.#container)
  }

  #fill(colors, rank) {
    const isPale = this.#highlighted !== null && this.#highlighted !== rank
    return isPale ? colors.pale : colors.fills[rank]
  }

  #timeLabels(splits, step) {
    let before
    return splits.map((time) => {
      const date = day(time, this.#zone)
      const clock = step >= 86_400_000 ? '' : timeOfDay(time, this.#zone, step < 60_000)
      const text = date === before ? clock : clock === '' ? date : `${clock}\n${date}`
      before = date
      return text
    })
  }

  #select(plot) {
    const { left, width } = plot.select
    if (width <= 0) return
    const from = plot.posToVal(left, 'x')
    const to = plot.posToVal(left + width, 'x')
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false)
    this.#pending = undefined
    this.#onZoom(from, to)
  }

  #showPending() {
    if (!this.#pending || this.#plot.select.width > 0) return
    const pending = this.#pending
    this.#pending = undefined
    this.show(...pending)
  }

  /** Writes each row's number where its layer is thickest: colours alone do not tell rows apart for everybody. */
  #number(plot, colors) {
    const { ctx, bbox } = plot
    const scale = devicePixelRatio
    ctx.save()
    ctx.font = `600 ${11 * scale}px system-ui, sans-serif`
    ctx.textAlign = 'center'
    ctx.textBaseline = 'middle'
    for (let rank = 0; rank < this.#layers.length - 1; rank += 1) {
      if (this.#highlighted !== null && rank !== this.#highlighted) continue
      const place = this.#thickest(plot, rank)
      if (!place || place.height < leastLayer * scale || place.x < bbox.left + 8 || place.x > bbox.left + bbox.width - 8) continue
      ctx.fillStyle = colors.texts[rank]
      ctx.fillText(String(rank + 1), place.x, place.y)
    }
    ctx.restore()
  }

  /** Middle and height of a layer at its thickest, in canvas pixels, over two bins so that a number has room. */
  #thickest(plot, rank) {
    const times = plot.data[0]
    let best
    for (let index = 0; index + 2 < times.length; index += 1) {
      const tops = [index, index + 1].map((bin) => this.#layers[rank][bin])
      const bottoms = [index, index + 1].map((bin) => (rank > 0 ? this.#layers[rank - 1][bin] : 0))
      if (tops.includes(null) || bottoms.includes(null)) continue
      const top = plot.valToPos(Math.min(...tops), 'y', true)
      const bottom = plot.valToPos(Math.max(...bottoms), 'y', true)
      if (!best || bottom - top > best.height) {
        best = { height: bottom - top, x: plot.valToPos(times[index + 1], 'x', true), y: (top + bottom) / 2 }
      }
    }
    return best
  }

  /** The arrow keys move the reading within the chart. */
  #move(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!this.#plot || step === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    event.stopPropagation()
    const { cursor, data } = this.#plot
    const index = Math.min(Math.max((cursor.idx ?? (step > 0 ? -1 : this.#bins)) + step, 0), this.#bins - 1)
    if (data[0].length === 0) return
    const middle = (data[0][index] + data[0][index + 1]) / 2
    this.#plot.setCursor({ left: this.#plot.valToPos(middle, 'x'), top: 1 })
  }
}
