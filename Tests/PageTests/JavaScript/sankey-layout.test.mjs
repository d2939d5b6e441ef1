import assert from 'node:assert/strict'
import { test } from 'node:test'
import { graph, layOut, outline } from '../../../Sources/Page/Assets/sankey-layout.js'

const row = (key, value) => ({ key, names: key.map(() => null), value })
const box = { width: 800, height: 300, nodeWidth: 10, gap: 6, slot: 15 }

test('nodes and links add up to what goes through them', () => {
  const { columns, links } = graph([row(['a', '80', 'x'], 5), row(['a', '443', 'x'], 3), row(['b', '443', 'y'], 2)], 4, 9)
  for (const nodes of columns) assert.equal(nodes.reduce((sum, node) => sum + node.total, 0), 14)
  for (const index of [0, 1]) {
    assert.equal(links.filter((link) => link.source.column === index).reduce((sum, link) => sum + link.value, 0), 14)
  }
  assert.deepEqual(columns[0].map((node) => node.value), ['a', 'b', null])
  assert.ok(columns.every((nodes) => nodes.at(-1).isOther))
})

test('values beyond the limit go together, apart from flows without a value', () => {
  const rows = [row([null, 'x'], 9), row(['other', 'x'], 8), row(['c', 'x'], 1), row(['d', 'x'], 1)]
  const [first] = graph(rows, 0, 2).columns
  assert.deepEqual(first.map((node) => [node.value, node.isOther, node.total]), [[null, false, 9], ['other', false, 8], [null, true, 2]])
})

test('the same value in two columns is two nodes', () => {
  const { columns, links } = graph([row(['a', 'a'], 1)], 0, 9)
  assert.equal(columns.length, 2)
  assert.equal(links[0].source === links[0].target, false)
})

test('nodes do not overlap, have room for a label, and stay in the box that is given back', () => {
  const rows = Array.from({ length: 40 }, (_, index) => row([`s${index % 7}`, `p${index % 11}`, `d${index % 5}`], 1000 / (index + 1)))
  const drawn = graph(rows, 100, 8)
  const { height } = layOut(drawn, box)
  for (const nodes of drawn.columns) {
    for (let index = 1; index < nodes.length; index += 1) {
      const middle = (node) => node.y + node.height / 2
      assert.ok(nodes[index].y >= nodes[index - 1].y + nodes[index - 1].height)
      assert.ok(middle(nodes[index]) - middle(nodes[index - 1]) >= box.slot)
    }
    for (const node of nodes) {
      assert.ok(node.x >= 0 && node.x + box.nodeWidth <= box.width)
      assert.ok(node.y >= 0 && node.y + node.height <= height + 1e-9)
    }
  }
})

test('links fill both of their nodes without a gap', () => {
  const drawn = graph([row(['a', 'x'], 5), row(['a', 'y'], 3), row(['b', 'y'], 2)], 0, 9)
  layOut(drawn, box)
  for (const [end, place] of [['source', 'sourceY'], ['target', 'targetY']]) {
    for (const node of new Set(drawn.links.map((link) => link[end]))) {
      let y = node.y
      for (const link of drawn.links.filter((each) => each[end] === node).sort((one, two) => one[place] - two[place])) {
        assert.ok(Math.abs(link[place] - y) < 1e-9)
        y += link.height
      }
      assert.ok(Math.abs(y - node.y - node.height) < 1e-9)
    }
  }
  for (const link of drawn.links) assert.match(outline(link, 10), /^M[-\d. CL]+Z$/)
})

test('nothing is nothing to draw', () => {
  const drawn = graph([], 0, 9)
  assert.deepEqual(drawn, { columns: [], links: [] })
  assert.equal(layOut(drawn, box).height, 300)
  assert.equal(graph([row(['a', 'b'], 0)], 0, 9).links.length, 0)
})
