import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failing, outputTexts } from '../../../Sources/Page/Assets/outputs-table.js'

const now = Date.parse('2026-01-31T12:00:00Z')
const output = {
  name: 'lake', type: 's3', place: 's3://lake/ at h', shippedFiles: 12345, shippedBytes: 1, waitingFiles: 0, waitingBytes: 0, waitingSeconds: 0,
  retries: 7, setAsideFiles: 1, removedFiles: 2,
}
const broken = {
  ...output, waitingFiles: 3, waitingBytes: 41_200_000, waitingSeconds: 900, failingSince: '2026-01-31T11:48:00Z', lastError: 'no such bucket',
  lastErrorTime: '2026-01-31T11:59:00Z',
}
const plain = (texts) => Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text.replace(/[\u00a0\u202f]/g, ' ')]))

test('an output that works shows where its files go', () => {
  assert.deepEqual(plain(outputTexts(output, now)), {
    state: 'ok', waiting: '0', bytes: '0 B', age: '–', shipped: '12 345', retries: '7', aside: '1', removed: '2', what: 's3://lake/ at h',
  })
})

test('one that fails shows for how long, what waits, and why', () => {
  const texts = plain(outputTexts(broken, now))
  assert.equal(texts.state, 'failing for 12 min')
  assert.deepEqual([texts.waiting, texts.bytes, texts.age, texts.what], ['3', '41.2 MB', '15 min', 'no such bucket'])
})

test('those that fail are counted; a collector without outputs has none', () => {
  assert.deepEqual(failing([output, broken]), [broken])
  assert.deepEqual(failing(undefined), [])
})

test('an error that is over is none', () => {
  assert.equal(outputTexts({ ...output, lastError: 'busy', lastErrorTime: '2026-01-31T11:59:00Z' }, now).what, 's3://lake/ at h')
})
