// Numbers with units, and times.

const noBreak = '\u00a0'
const prefixes = ['', 'k', 'M', 'G', 'T', 'P', 'E']

/** Three significant digits with a prefix of powers of 1000: `12.3 M`, with a unit `12.3 Mbit/s`; a dash where there is none. */
export function si(value, unit = '') {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  let scaled = Math.abs(value)
  let power = 0
  // 999.5 would be rounded to 1000.
  while (scaled >= 999.5 && power < prefixes.length - 1) {
    scaled /= 1000
    power += 1
  }
  const digits = power === 0 && Number.isInteger(value) ? 0 : scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2
  let text = scaled.toFixed(digits)
  if (power === 0) text = String(Number(text))
  const suffix = prefixes[power] + unit
  return (value < 0 && Number(text) !== 0 ? '−' : '') + text + (suffix ? noBreak + suffix : '')
}

/** The same for an axis, whose numbers are round: `50 M`. */
export function tick(value) {
  return si(value).replace(/(\.\d*?)0+(?!\d)/, '$1').replace(/\.(?!\d)/, '')
}

/** All digits, in groups: `12 345 678`. */
export function exact(value) {
  if (value === null || value === undefined) return '–'
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f')
}

/** A share of a whole: `38.3 %`. */
export function percent(part, whole) {
  if (!(whole > 0) || !Number.isFinite(part)) return '–'
  const share = 100 * part / whole
  return (share > 0 && share < 0.05 ? '< 0.1' : share.toFixed(1)) + noBreak + '%'
}

/** How long: `2 s`, `5 min`, `1 h 30 min`, `3 d`. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return '–'
  const whole = Math.max(0, Math.round(seconds))
  if (seconds > 0 && seconds < 1) return `${Math.max(1, Math.round(seconds * 1000))}${noBreak}ms`
  if (whole < 120) return `${whole}${noBreak}s`
  const parts = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]]
  const first = parts.findIndex(([, size]) => whole >= size)
  const [unit, size] = parts[first]
  const count = Math.floor(whole / size)
  const next = parts[first + 1]
  const rest = next && count < 10 ? Math.floor((whole % size) / next[1]) : 0
  return `${count}${noBreak}${unit}` + (rest > 0 ? ` ${rest}${noBreak}${next[0]}` : '')
}

const two = (number) => String(number).padStart(2, '0')

/** The parts of a time, milliseconds since 1970 UTC, as clocks of the zone (`local` or `utc`) show them. */
function clock(time, zone) {
  const date = new Date(time)
  return zone === 'utc'
    ? [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
    : [date.getFullYear(), date.getMonth() + 1, date.getDate(), date.getHours(), date.getMinutes(), date.getSeconds()]
}

/** `2026-01-31`. */
export function day(time, zone) {
  const [year, month, date] = clock(time, zone)
  return `${year}-${two(month)}-${two(date)}`
}

/** `12:05`, or `12:05:30` where seconds matter. */
export function timeOfDay(time, zone, withSeconds = false) {
  const [, , , hour, minute, second] = clock(time, zone)
  return `${two(hour)}:${two(minute)}` + (withSeconds ? `:${two(second)}` : '')
}

/** `2026-01-31 12:05:30`. */
export function dateTime(time, zone) {
  return `${day(time, zone)} ${timeOfDay(time, zone, true)}`
}

/** A span: the day is not said twice. */
export function span(from, to, zone) {
  const withSeconds = to - from < 3600_000 || from % 60_000 !== 0 || to % 60_000 !== 0
  const end = day(from, zone) === day(to, zone) ? '' : `${day(to, zone)} `
  return `${day(from, zone)} ${timeOfDay(from, zone, withSeconds)} – ${end}${timeOfDay(to, zone, withSeconds)}`
}

/** The zone's name at that time: `UTC`, `CET`, `GMT+8`. */
export function zoneName(time, zone) {
  if (zone === 'utc') return 'UTC'
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' }).formatToParts(new Date(time))
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'local'
}
