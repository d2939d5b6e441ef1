// Which way traffic goes: values of two or three keys, and what goes from each to each.

import { element, headRow, replace, svg } from './dom.js'
import { label } from './fields.js'
import { percent, si } from './format.js'
import { graph, layOut, outline } from './sankey-layout.js'
import { units } from './units.js'

const nodeWidth = 10
const limit = 9
/** Narrower containers scroll. */
const leastWidth = 520
/** Height of the columns' names. */
const head = 20
/** An estimate, by which texts are cut. */
const characterWidth = 6.6

/**
 * @param answer of `top` by one key of two or three columns
 * @param choose called with items for the value menu and the element that was chosen
 */
export function showSankey(container, answer, unit, choose) {
  const [{ by = [], rows = [] } = {}] = answer.tables
  const { measure, factor, short } = units[unit]
  const perSecond = (count) => si(answer.seconds > 0 ? factor * count / answer.seconds : null, short)
  const whole = answer.totals[measure]
  const left = whole - rows.reduce((sum, row) => sum + row[measure], 0)
  const drawn = graph(rows.map((row) => ({ key: row.key, names: row.names, value: row[measure] })), left, limit)
  const width = Math.max(leastWidth, container.clientWidth)
  const most = Math.max(...drawn.columns.map((nodes) => nodes.length), 1)
  const { height } = layOut(drawn, { width, height: Math.max(120, most * 28), nodeWidth, gap: 6, slot: 15 })

  const text = (node) => (node.isOther ? 'other' : label(node.value, node.name))
  const figures = (count) => `${perSecond(count)}, ${percent(count, whole)}`
  const links = [...drawn.links].sort((one, two) => two.value - one.value).map((link) => {
    const rank = drawn.columns[0].indexOf(link.source)
    const color = link.source.isOther ? 'other' : link.source.column === 0 ? `rank-${rank % 8 + 1}` : 'onward'
    return svg('path', { class: `link ${color}`, d: outline(link, nodeWidth) },
      svg('title', {}, `${text(link.source)} → ${text(link.target)}: ${figures(link.value)}`))
  })
  const nodes = drawn.columns.flatMap((column, index) => column.map((node, rank) => {
    const isLast = index === drawn.columns.length - 1
    const group = svg('g', { class: 'node' },
      svg('title', {}, `${by[index]} ${text(node)}: ${figures(node.total)}`),
      svg('rect', {
        class: node.isOther ? 'other' : index === 0 ? `rank-${rank % 8 + 1}` : 'onward',
        x: node.x, y: node.y, width: nodeWidth, height: Math.max(1, node.height),
      }),
      svg('text', {
        x: isLast ? node.x - 5 : node.x + nodeWidth + 5, y: node.y + node.height / 2, 'text-anchor': isLast ? 'end' : 'start',
        'dominant-baseline': 'central',
      }, caption(text(node), perSecond(node.total), room(drawn.columns, index))))
    if (!node.isOther) activate(group, () => choose([{ column: by[index], value: node.value, name: node.name }], group), `${by[index]} ${text(node)}`)
    return group
  }))
  const heads = by.map((name, index) => svg('text', {
    class: 'head', x: index === by.length - 1 ? width : drawn.columns[index]?.[0]?.x ?? 0, y: 12,
    'text-anchor': index === by.length - 1 ? 'end' : 'start',
  }, name))
  const drawing = svg('svg', { width, height: height + head, viewBox: `0 0 ${width} ${height + head}`, role: 'group', 'aria-label': `Paths by ${by.join(', ')}` },
    ...heads, svg('g', { transform: `translate(0 ${head})` }, ...links, ...nodes))
  replace(container, drawing)
}

/** The same as a table; `hosts` are names of hosts. */
export function showPaths(table, answer, unit, hosts) {
  const [{ by = [], rows = [] } = {}] = answer.tables
  const { measure, factor, rate } = units[unit]
  replace(table,
    element('thead', {}, headRow([...by, { text: 'share', class: 'number' }, { text: rate, class: 'number' }])),
    element('tbody', {}, ...rows.map((row) => element('tr', {},
      ...row.key.map((value, index) => element('td', {},
        value === null ? label(value) : hosts.content(by[index], label(value, row.names?.[index])))),
      element('td', { class: 'number' }, percent(row[measure], answer.totals[measure])),
      element('td', { class: 'number' }, si(factor * row[measure] / answer.seconds))))))
}

/** Pixels for a label of a column: the last two share what is between them. */
function room(columns, index) {
  const [from, to] = [Math.min(index, columns.length - 2), Math.min(index + 1, columns.length - 1)]
  const space = (columns[to]?.[0]?.x ?? 0) - (columns[from]?.[0]?.x ?? 0) - 3 * nodeWidth
  return to === columns.length - 1 ? space / 2 : space
}

/** What fits: text and figure, the text alone, or its begin. */
function caption(text, figure, room) {
  const length = Math.max(4, Math.floor(room / characterWidth))
  if (text.length + figure.length + 2 <= length) return `${text}  ${figure}`
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}

/** Makes a part of a drawing a button. */
function activate(group, action, name) {
  for (const [attribute, value] of [['role', 'button'], ['tabindex', '0'], ['aria-label', name], ['data-focus', name]]) {
    group.setAttribute(attribute, value)
  }
  group.addEventListener('click', action)
  group.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    action()
  })
}
