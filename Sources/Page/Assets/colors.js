// The style sheet's colours, for the canvas.

import { element } from './dom.js'

/** Fill and text colours of so many rows, the last of which is what is left, and colours of lines and labels. */
export function chartColors(count) {
  const probe = element('span', { class: 'swatch', hidden: true })
  document.body.append(probe)
  const of = (name, property) => {
    probe.className = name
    return getComputedStyle(probe)[property]
  }
  const ranks = Array.from({ length: count }, (_, rank) => (rank === count - 1 ? 'swatch other' : `swatch rank-${rank % 8 + 1}`))
  const colors = {
    fills: ranks.map((name) => of(name, 'backgroundColor')), texts: ranks.map((name) => of(name, 'color')),
    pale: of('chart-pale', 'backgroundColor'), background: of('chart-pale', 'color'),
    grid: of('chart-lines', 'backgroundColor'), label: of('chart-lines', 'color'),
  }
  probe.remove()
  return colors
}
