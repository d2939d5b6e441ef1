import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coverage, rates, stacked } from '../../../Sources/Page/Assets/rates.js'

const answer = {
  from: 30_000, to: 240_000, until: 190_000, live: true, bin: 60_000, times: [0, 60_000, 120_000, 180_000],
  series: [{ key: ['6'], names: ['tcp'], bytes: [3000, 6000, 0, 1000], packets: [3, 6, 0, 1], flows: [1, 1, 0, 1] }],
  other: { bytes: [300, 600, 60, 10], packets: [3, 6, 1, 1], flows: [1, 2, 1, 1] },
}

test('a bin counts as long as it is within the window and is known', () => {
  assert.deepEqual(coverage(answer), [30, 60, 60, 10])
  assert.deepEqual(coverage({ ...answer, until: null }), [30, 60, 60, 60])
})

test('bins of which next to nothing is known have no rate', () => {
  assert.deepEqual(coverage({ ...answer, until: 181_000 }), [30, 60, 60, null])
  assert.deepEqual(coverage({ ...answer, until: 100_000 }), [30, 40, null, null])
})

test('bins of unequal length, as days when clocks change, count as long as they are', () => {
  const hour = 3_600_000
  const days = { from: 0, to: 49 * hour, until: null, bin: 25 * hour, times: [0, 24 * hour] }
  assert.deepEqual(coverage(days), [24 * 3600, 25 * 3600])
})

test('sums become rates of the unit, and means are over the window', () => {
  const [tcp, other] = rates(answer, 'bits')
  assert.deepEqual(tcp.values, [800, 800, 0, 800])
  assert.equal(tcp.mean, 8 * 10_000 / 210)
  assert.equal(rates({ ...answer, seconds: 100 }, 'bits')[0].mean, 800)
  assert.equal(other.key, null)
  assert.deepEqual(rates(answer, 'packets')[0].values, [0.1, 0.1, 0, 0.1])
})

test('a stack adds up, and gaps stay gaps', () => {
  assert.deepEqual(stacked([{ values: [1, null, 3] }, { values: [10, null, 30] }, { values: [0, null, 1] }]), [[1, null, 3], [11, null, 33], [11, null, 34]])
  assert.deepEqual(stacked([]), [])
})

test('an answer without series has what is left alone', () => {
  const rows = rates({ ...answer, series: [] }, 'flows')
  assert.equal(rows.length, 1)
  assert.equal(rows[0].key, null)
})
