import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defaults, format, parse } from '../../../Sources/Page/Assets/state.js'

test('a state survives its way through an address', () => {
  const state = {
    window: '2026-01-31T10:00:00Z..2026-01-31T11:00:00Z', filter: 'src net 10/8 and (port 80 or port 443) & = + %', by: 'src_addr/24,proto',
    unit: 'flows', both: true, names: true, zone: 'utc', refresh: 0, rows: 50, tab: 'ledger', path: 'src_as,dst_as', sort: 'duration',
  }
  assert.deepEqual(parse(format(state)), state)
  assert.deepEqual(Object.keys(state).sort(), Object.keys(defaults).sort())
})

test('what is as by default is not in the address', () => {
  assert.equal(format(defaults), '#')
  assert.equal(format({ ...defaults, by: 'proto' }), '#by=proto')
  assert.deepEqual(parse(''), { ...defaults })
  assert.deepEqual(parse('#'), { ...defaults })
})

test('what an address names wrongly is as by default', () => {
  assert.deepEqual(parse('#unit=apples&zone=mars&refresh=1&rows=1000000&tab=__proto__&sort=&by=&window=+&unknown=1'), { ...defaults })
  assert.equal(parse('#both=yes').both, false)
})
