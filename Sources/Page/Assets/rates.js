// Sums per bin of a series to rates, and rates to a stack.

import { units } from './units.js'

/** Bins of which less than this share is known have no rate: a second's worth says little of a minute. */
const leastShare = 0.1

/**
 * Seconds of each bin that the answer is about: the first bin may begin before the window, the last one may not have ended.
 * Null where too little of a bin is known.
 */
export function coverage({ times, bin, from, to, until }) {
  const end = Math.min(to, until ?? to)
  return times.map((time, index) => {
    const length = Math.min((times[index + 1] ?? time + bin) - time, bin)
    const known = Math.min(time + length, end) - Math.max(time, from)
    return known >= leastShare * length && known > 0 ? known / 1000 : null
  })
}

/** The series of an answer and what is left, as rates per second of a unit, largest first; `other` is last, without a key. */
export function rates(answer, unit) {
  const { measure, factor } = units[unit]
  const known = coverage(answer)
  const perSecond = (counts) => known.map((length, index) => (length === null ? null : factor * (counts?.[index] ?? 0) / length))
  const sum = (counts) => (counts ?? []).reduce((total, count) => total + count, 0)
  const seconds = answer.seconds ?? (answer.to - answer.from) / 1000
  const mean = (counts) => (seconds > 0 ? factor * sum(counts) / seconds : null)
  const rows = answer.series.map((series) => ({
    key: series.key, names: series.names, values: perSecond(series[measure]), mean: mean(series[measure]),
  }))
  // Keys of either end count a flow twice, so what is left may be less than nothing.
  const other = perSecond(answer.other?.[measure]).map((value) => (value === null ? null : Math.max(0, value)))
  rows.push({ key: null, names: null, values: other, mean: Math.max(0, mean(answer.other?.[measure])) })
  return rows
}

/** Running sums over the rows: what the chart draws, the first row at the bottom. */
export function stacked(rows) {
  let below
  return rows.map(({ values }) => {
    below = values.map((value, index) => (value === null ? null : value + (below?.[index] ?? 0)))
    return below
  })
}
