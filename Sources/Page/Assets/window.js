// Windows of time, as texts that `-t` takes: `last 1h`, or `FROM..TO` in UTC.

/** Windows to choose from, with their lengths in seconds. */
export const presets = new Map([
  ['last 5m', 300], ['last 15m', 900], ['last 1h', 3600], ['last 6h', 21_600], ['last 24h', 86_400],
  ['last 7d', 604_800], ['last 30d', 2_592_000],
])

const shortest = 1000
const longest = 20 * 365 * 86_400_000

/** The window between two times, milliseconds since 1970 UTC. */
export function between(from, to) {
  const text = (time) => new Date(Math.round(time)).toISOString().replace('.000Z', 'Z')
  return `${text(from)}..${text(to)}`
}

/** From and to of a window that has both as times; undefined for any other. */
export function bounds(text) {
  const [from, to, more] = text.split('..').map((time) => Date.parse(time.trim()))
  return more === undefined && Number.isFinite(from) && Number.isFinite(to) && from < to ? { from, to } : undefined
}

/** Whether the window moves along with the time, or has not ended yet. */
export function isOpen(text, now) {
  const fixed = bounds(text)
  return fixed ? fixed.to > now : /^last\b|^today$/i.test(text)
}

/** Moved by a fraction of its length; at the present it becomes the window that moves along, if there is one of its length. */
export function moved({ from, to }, fraction, now) {
  const length = to - from
  const end = Math.min(to + fraction * length, Math.max(now, to))
  return end >= now ? upToNow(length, now) : between(end - length, end)
}

/** With another length around the same middle, but not beyond the present. */
export function scaled({ from, to }, factor, now) {
  const length = Math.min(Math.max((to - from) * factor, shortest), longest)
  const end = (from + to) / 2 + length / 2
  // What touches the present goes on doing so.
  if (end >= now || to >= now - (to - from) / 100) return upToNow(length, now)
  return between(end - length, end)
}

function upToNow(length, now) {
  for (const [text, seconds] of presets) {
    if (Math.abs(length - seconds * 1000) < 0.01 * length) return text
  }
  return between(now - length, now)
}

/** What an input of kind datetime-local shows for a time. */
export function inputText(time, zone) {
  const shift = zone === 'utc' ? 0 : new Date(time).getTimezoneOffset() * 60_000
  return new Date(time - shift).toISOString().slice(0, 19)
}

/** The time that such an input means. */
export function inputTime(text, zone) {
  return Date.parse(zone === 'utc' ? `${text}Z` : text)
}
