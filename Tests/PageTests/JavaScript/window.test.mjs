import assert from 'node:assert/strict'
import { test } from 'node:test'
import { between, bounds, inputText, inputTime, isOpen, moved, scaled } from '../../../Sources/Page/Assets/window.js'

const now = Date.parse('2026-01-31T12:00:00Z')
const hour = 3_600_000

test('a window between two times is what the collector takes', () => {
  assert.equal(between(now - hour, now), '2026-01-31T11:00:00Z..2026-01-31T12:00:00Z')
  assert.equal(between(now - 1, now), '2026-01-31T11:59:59.999Z..2026-01-31T12:00:00Z')
  assert.deepEqual(bounds(between(now - hour, now)), { from: now - hour, to: now })
  for (const text of ['last 1h', '2026-01-31', '..', 'a..b', '2026-01-31..2026-01-30', '1..2..3']) assert.equal(bounds(text), undefined, text)
})

test('windows move by a fraction and stop at the present', () => {
  const window = { from: now - 3 * hour, to: now - 2 * hour }
  assert.equal(moved(window, -0.5, now), between(now - 3.5 * hour, now - 2.5 * hour))
  assert.equal(moved(window, 0.5, now), between(now - 2.5 * hour, now - 1.5 * hour))
  assert.equal(moved({ from: now - 1.2 * hour, to: now - 0.2 * hour }, 0.5, now), 'last 1h')
  assert.equal(moved({ from: now - 40 * 60_000, to: now - 60_000 }, 0.5, now), between(now - 39 * 60_000, now))
})

test('a window that touches the present goes on doing so when zoomed', () => {
  assert.equal(scaled({ from: now - hour, to: now }, 0.25, now), 'last 15m')
  assert.equal(scaled({ from: now - 12 * hour, to: now }, 2, now), 'last 24h')
  assert.equal(scaled({ from: now - 5 * hour, to: now - 4 * hour }, 0.5, now), between(now - 4.75 * hour, now - 4.25 * hour))
  assert.equal(scaled({ from: now - 1.4 * hour, to: now - 0.4 * hour }, 2, now), between(now - 2 * hour, now))
})

test('only windows that can still change are asked again', () => {
  assert.ok(isOpen('last 5m', now))
  assert.ok(isOpen('today', now))
  assert.ok(isOpen(between(now - hour, now + hour), now))
  assert.ok(!isOpen(between(now - hour, now), now))
  assert.ok(!isOpen('2026-01-01', now))
})

test('inputs show and take times of the zone', () => {
  for (const zone of ['utc', 'local']) assert.equal(inputTime(inputText(now, zone), zone), now)
  assert.equal(inputText(now, 'utc'), '2026-01-31T12:00:00')
  assert.equal(inputText(now, 'local'), '2026-01-31T13:00:00')
})
