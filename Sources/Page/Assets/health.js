// What an exporter's figures say about its health.

import { duration, percent } from './format.js'

/** Seconds without a datagram after which an exporter is silent. */
export const silentAfter = 300
/** Seconds that a clock may be off before it is said. */
const clockTolerance = 10

/** What is wrong with an exporter, each `{ kind, text }`; empty if nothing is. `now` in milliseconds, by the server's clock. */
export function problems(exporter, now) {
  const found = []
  const silent = (now - Date.parse(exporter.lastSeen)) / 1000
  if (silent > silentAfter) found.push({ kind: 'silent', text: `silent for ${duration(silent)}` })
  const share = lostShare(exporter)
  if (share) found.push({ kind: 'loss', text: `${share} lost` })
  const skew = clockSkew(exporter)
  if (exporter.sessions.some((session) => session.isClockCorrected)) {
    found.push({ kind: 'clock', text: `clock ${skewText(skew)}, corrected` })
  } else if (Math.abs(skew) > clockTolerance) {
    found.push({ kind: 'clock', text: `clock ${skewText(skew)}` })
  }
  const untemplated = exporter.sessions.filter((session) => session.version !== 5 && session.templateCount === 0)
  if (untemplated.length > 0) found.push({ kind: 'templates', text: 'no templates yet' })
  return found
}

/** The share that sequence numbers miss, in what each version counts: flows (v5), datagrams (v9), records (IPFIX). */
export function lostShare(exporter) {
  let lost = 0
  let whole = 0
  for (const session of exporter.sessions) {
    lost += session.lost
    whole += session.lost + (session.version === 9 ? session.datagrams : session.records)
  }
  return lost > 0 ? percent(lost, whole) : undefined
}

/** The clock that is furthest off, seconds ahead. */
export function clockSkew(exporter) {
  return exporter.sessions.reduce((worst, { clockSkew }) => (Math.abs(clockSkew) > Math.abs(worst) ? clockSkew : worst), 0)
}

/** `3 s ahead`, `1 h behind`, `ok`. */
export function skewText(seconds) {
  return Math.abs(seconds) < 2 ? 'ok' : `${duration(Math.abs(seconds))} ${seconds > 0 ? 'ahead' : 'behind'}`
}

/** `1 in 100 (options)`, or what the sessions differ in. */
export function sampling(exporter) {
  const texts = new Set(exporter.sessions.map(({ sampling }) => {
    if (sampling.source === 'none') return 'none'
    return sampling.rate ? `1 in ${sampling.rate} (${sampling.source})` : `varies (${sampling.source})`
  }))
  return [...texts].join(', ') || '–'
}
