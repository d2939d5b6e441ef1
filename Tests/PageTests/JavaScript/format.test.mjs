import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dateTime, duration, exact, percent, si, span, tick, zoneName } from '../../../Sources/Page/Assets/format.js'

const plain = (text) => text.replace(/[\u00a0\u202f]/g, ' ')

test('numbers have three significant digits and a prefix of powers of 1000', () => {
  const cases = [
    [0, '0'], [1, '1'], [999, '999'], [999.4, '999'], [999.6, '1.00 k'], [1000, '1.00 k'], [12_345, '12.3 k'], [123_456, '123 k'],
    [999_499, '999 k'], [999_500, '1.00 M'], [5.26e9, '5.26 G'], [1e21, '1000 E'], [0.5, '0.5'], [0.1234, '0.12'], [-2500, '−2.50 k'],
    [null, '–'], [undefined, '–'], [NaN, '–'], [Infinity, '–'],
  ]
  for (const [value, text] of cases) assert.equal(plain(si(value)), text, String(value))
})

test('a unit joins the prefix', () => {
  assert.equal(plain(si(12_345_678, 'bit/s')), '12.3 Mbit/s')
  assert.equal(plain(si(5, 'B')), '5 B')
})

test('numbers of an axis have no zeros behind the point', () => {
  assert.deepEqual([0, 50e6, 1.5e3, 100e6, 20, 200e3].map(tick).map(plain), ['0', '50 M', '1.5 k', '100 M', '20', '200 k'])
})

test('all digits come in groups', () => {
  assert.equal(plain(exact(12_345_678)), '12 345 678')
  assert.equal(exact(null), '–')
})

test('shares are of a whole that is there', () => {
  assert.equal(plain(percent(383, 1000)), '38.3 %')
  assert.equal(plain(percent(1, 1e6)), '< 0.1 %')
  assert.equal(percent(1, 0), '–')
})

test('durations have one or two units', () => {
  const cases = [[0, '0 s'], [0.25, '250 ms'], [119, '119 s'], [300, '5 min'], [330, '5 min 30 s'], [5400, '1 h 30 min'], [86_400 * 30, '30 d'], [-3, '0 s']]
  for (const [seconds, text] of cases) assert.equal(plain(duration(seconds)), text, String(seconds))
})

test('times are of the zone that is chosen', () => {
  const time = Date.parse('2026-01-31T23:05:30Z')
  assert.equal(dateTime(time, 'utc'), '2026-01-31 23:05:30')
  assert.equal(zoneName(time, 'utc'), 'UTC')
  // The time zone is set by PageScriptTests.
  assert.equal(dateTime(time, 'local'), '2026-02-01 00:05:30')
})

test('a span names the day once, and seconds where they matter', () => {
  const time = (text) => Date.parse(`2026-01-31T${text}Z`)
  assert.equal(span(time('10:00:00'), time('12:00:00'), 'utc'), '2026-01-31 10:00 – 12:00')
  assert.equal(span(time('10:00:01'), time('12:00:01'), 'utc'), '2026-01-31 10:00:01 – 12:00:01')
  assert.equal(span(time('23:00:00'), Date.parse('2026-02-01T01:00:00Z'), 'utc'), '2026-01-31 23:00 – 2026-02-01 01:00')
})
