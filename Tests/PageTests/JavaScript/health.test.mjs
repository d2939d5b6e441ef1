import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lostShare, problems, sampling } from '../../../Sources/Page/Assets/health.js'
import { balance, besides } from '../../../Sources/Page/Assets/ledger-table.js'

const now = Date.parse('2026-01-31T12:00:00Z')
const session = {
  version: 9, datagrams: 900, records: 9000, lost: 0, clockSkew: 0.4, isClockCorrected: false, templateCount: 2,
  sampling: { rate: 1, source: 'none' },
}
const exporter = (changes = {}, seen = '2026-01-31T11:59:58Z') => ({ lastSeen: seen, sessions: [{ ...session, ...changes }] })
const kinds = (each) => problems(each, now).map(({ kind }) => kind)

test('an exporter that sends is well', () => {
  assert.deepEqual(kinds(exporter()), [])
})

test('each thing that is wrong is named', () => {
  assert.deepEqual(kinds(exporter({}, '2026-01-31T11:54:00Z')), ['silent'])
  assert.deepEqual(kinds(exporter({ lost: 100 })), ['loss'])
  assert.deepEqual(kinds(exporter({ clockSkew: 60 })), ['clock'])
  assert.deepEqual(kinds(exporter({ clockSkew: 3600, isClockCorrected: true })), ['clock'])
  assert.deepEqual(kinds(exporter({ templateCount: 0 })), ['templates'])
  assert.deepEqual(kinds(exporter({ version: 5, templateCount: 0 })), [])
})

test('loss is a share of what the version counts', () => {
  assert.match(lostShare(exporter({ lost: 100 })), /^10\.0/)
  assert.match(lostShare(exporter({ version: 10, lost: 1000 })), /^10\.0/)
  assert.equal(lostShare(exporter()), undefined)
})

test('sampling is what all sessions have, or what they differ in', () => {
  assert.equal(sampling({ sessions: [session, session] }), 'none')
  assert.equal(sampling({ sessions: [session, { sampling: { rate: 100, source: 'options' } }, { sampling: { source: 'record' } }] }),
    'none, 1 in 100 (options), varies (record)')
})

const ledger = {
  datagrams: { received: 10, taken: 10, rejected: 1, kernel_dropped: 2 }, records: { flow: 20, options: 3, filtered: 4 },
  flows: { opened: 10, merged: 6, live: 4, emitted_idle: 5, emitted_active: 1 },
  rows: { waiting: 1, dropped: 0, printed: 0 }, store: { committed: 3, held: 2, lost: 0 },
  issues: { unknown_template: 3, bad_version: 1 }, early_sets: { decoded: 1, waiting: 1, given_up: 1 },
}

test('a ledger that adds up balances at every stage', () => {
  assert.deepEqual(balance(ledger).map(({ difference }) => difference), [0, 0, 0, 0, 0])
})

test('each stage says by how much it is off', () => {
  const off = (changes) => balance({ ...ledger, ...changes }).map(({ difference }) => difference)
  assert.deepEqual(off({ datagrams: { ...ledger.datagrams, received: 12 } }), [2, 0, 0, 0, 0])
  assert.deepEqual(off({ records: { ...ledger.records, filtered: 0 } }), [0, 4, 0, 0, 0])
  assert.deepEqual(off({ flows: { ...ledger.flows, live: 5 } }), [0, 0, -1, 0, 0])
  assert.deepEqual(off({ store: { ...ledger.store, committed: 0 } }), [0, 0, 0, 3, 0])
  assert.deepEqual(off({ early_sets: {} }), [0, 0, 0, 0, 3])
})

test('what is counted beside the sums is named', () => {
  assert.deepEqual(besides(ledger), ['2 datagrams dropped by the kernel', '1 bad version'])
})

test('a status of another version is no error', () => {
  assert.ok(balance({}).every(({ difference }) => difference === 0))
  assert.deepEqual(besides({}), [])
})
