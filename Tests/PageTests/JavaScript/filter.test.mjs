import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fields, keyLabel } from '../../../Sources/Page/Assets/fields.js'
import { around, condition, narrowed, oneLine } from '../../../Sources/Page/Assets/filter.js'

const column = (name, otherEnd, filter) => ({ name, groupable: true, otherEnd, filter, notFilter: filter && `not ${filter}` })
const fields = new Fields({
  columns: [
    column('src_addr', 'dst_addr', 'src ip {}'), column('dst_addr', 'src_addr', 'dst ip {}'), column('dst_port', 'src_port', 'dst port {}'),
    column('src_port', 'dst_port', 'src port {}'), column('proto', null, 'proto {}'), column('in_if', 'out_if', 'in if {}'),
    column('in_if_name', 'out_if_name', null), { ...column('bytes', null, 'bytes = {}'), groupable: false },
  ],
  keys: ['record', 'addr', 'port', 'if'],
})

test('a value goes into the template of its column', () => {
  assert.equal(condition('src ip {}', '2001:db8::1'), 'src ip 2001:db8::1')
  assert.equal(condition('src ip {}', '10.0.0.0/24'), 'src ip 10.0.0.0/24')
  assert.equal(condition('in if-name "{}"', 'ge-0/0/1 to $&'), 'in if-name "ge-0/0/1 to $&"')
})

test('no value can say more than itself', () => {
  for (const value of ['1 or any', '<script>alert(1)</script>', '1)', '@include /etc/passwd', '1 # x', '', 'a"b', null]) {
    assert.equal(condition('proto {}', value), undefined, String(value))
  }
  for (const value of ['a" or any', 'a\\', 'a\nb']) assert.equal(condition('in if-name "{}"', value), undefined, value)
  assert.equal(condition(null, '1'), undefined)
})

test('a filter is narrowed without changing what it meant', () => {
  const cases = [
    ['', 'proto 6'], ['  ', 'proto 6'], ['proto 6', 'proto 6'], ['port 53', 'port 53 and proto 6'],
    ['port 53 and not src ip 10.0.0.1', 'port 53 and not src ip 10.0.0.1 and proto 6'],
    ['port 53 or port 80', '(port 53 or port 80) and proto 6'], ['PORT 53 OR port 80', '(PORT 53 OR port 80) and proto 6'],
    ['(port 53 or port 80)', '(port 53 or port 80) and proto 6'], ['port 53 and proto 6', 'port 53 and proto 6'],
    ['not (port 53 or port 80) and any', 'not (port 53 or port 80) and any and proto 6'],
  ]
  for (const [filter, text] of cases) assert.equal(narrowed(filter, 'proto 6'), text, filter)
})

test('a comment does not swallow what narrows a filter', () => {
  assert.equal(narrowed('port 53 # or not\n', 'proto 6'), 'port 53 and proto 6')
  assert.equal(narrowed('port 53 # not 80', 'proto 6'), 'port 53 and proto 6')
  assert.equal(oneLine('src ip in [ # watched\n  10.0.0.1\n]\nand ident "a # b"'), 'src ip in [ 10.0.0.1 ] and ident "a # b"')
})

test('a column counts characters as people do', () => {
  assert.deepEqual(around('src prt 80', 5), { before: 'src ', at: 'p', behind: 'rt 80' })
  assert.deepEqual(around('ä👍🏽x', 3), { before: 'ä👍🏽', at: 'x', behind: '' })
  assert.deepEqual(around('proto', 6), { before: 'proto', at: ' ', behind: '' })
  assert.deepEqual(around('proto', 99), { before: 'proto', at: ' ', behind: '' })
})

test('values of keys with prefixes and of either end have filters', () => {
  assert.deepEqual(fields.filters('src_addr/24', '10.0.0.0/24'), { by: 'src ip 10.0.0.0/24', against: 'not src ip 10.0.0.0/24' })
  assert.deepEqual(fields.filters('addr', '10.0.0.1'), { by: 'ip 10.0.0.1', against: 'not ip 10.0.0.1' })
  assert.deepEqual(fields.filters('if', '3'), { by: 'if 3', against: 'not if 3' })
  assert.equal(fields.filters('in_if_name', 'ge-0/0/1'), undefined)
  assert.equal(fields.filters('nothing', '1'), undefined)
})

test('both directions are one where a key has two ends', () => {
  const cases = [
    ['src_addr', { by: 'addr', bidirectional: false }], ['dst_addr/16', { by: 'addr/16', bidirectional: false }],
    ['out_if', undefined], ['in_if', { by: 'if', bidirectional: false }], ['addr', { by: 'addr', bidirectional: false }],
    ['record', { by: 'record', bidirectional: true }], ['src_addr,dst_addr', { by: 'src_addr,dst_addr', bidirectional: true }],
    ['src_addr,dst_addr,proto', { by: 'src_addr,dst_addr,proto', bidirectional: true }],
    ['src_addr,proto', undefined], ['src_addr,dst_port', undefined], ['src_addr/24,dst_addr', undefined], ['proto', undefined],
  ]
  for (const [key, answer] of cases) assert.deepEqual(fields.bothDirections(key), answer, key)
})

test('keys to choose from are columns that can be in one', () => {
  const [{ keys }] = fields.choices
  assert.ok(keys.includes('src_addr'))
  assert.ok(!keys.includes('bytes'))
})

test('labels have values, names, and a word where there is none', () => {
  assert.equal(keyLabel(['443', '6', null], ['https', 'tcp', null]), '443 https · 6 tcp · (none)')
})
