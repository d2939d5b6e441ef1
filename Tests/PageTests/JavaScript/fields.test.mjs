import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fields } from '../../../Sources/Page/Assets/fields.js'

test('columns of addresses and keys of either end have addresses; networks and other columns have none', () => {
  const columns = [{ name: 'src_addr', kind: 'address' }, { name: 'src_mac', kind: 'mac' }, { name: 'src_port', kind: 'number' }]
  const fields = new Fields({ columns, keys: ['record', 'addr', 'port'], answersNames: true })
  for (const key of ['src_addr', 'addr']) assert.equal(fields.isAddress(key), true, key)
  for (const key of ['src_addr/24', 'addr/24', 'src_mac', 'src_port', 'port', 'unknown', '']) assert.equal(fields.isAddress(key), false, key)
  assert.equal(fields.answersNames, true)
  assert.equal(new Fields().answersNames, false)
  assert.equal(new Fields().isAddress('src_addr'), false)
})
