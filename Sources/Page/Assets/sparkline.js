// A small history without axes.

import { svg } from './dom.js'

const width = 72
const height = 16

/** A filled line of values in equal spans; nothing if there are fewer than two. */
export function sparkline(values) {
  if (!values || values.length < 2) return null
  const greatest = Math.max(...values, 1)
  const points = values.map((value, index) =>
    `${(index * width / (values.length - 1)).toFixed(1)},${(height - 1 - (height - 2) * value / greatest).toFixed(1)}`)
  return svg('svg', { class: 'sparkline', viewBox: `0 0 ${width} ${height}`, width, height, 'aria-hidden': 'true' },
    svg('polygon', { points: `0,${height} ${points.join(' ')} ${width},${height}` }),
    svg('polyline', { points: points.join(' ') }))
}
