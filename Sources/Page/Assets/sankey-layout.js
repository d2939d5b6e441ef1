// Where the nodes and links of a sankey go. No elements here: sankey.js draws.

/**
 * Nodes and links of rows whose keys have a value a column.
 *
 * @param rows `{ key, names, value }`
 * @param left what the rows do not have of all; it goes through `other` in each column
 * @param limit values a column of their own, the others go together as `other`
 */
export function graph(rows, left, limit) {
  const width = rows[0]?.key.length ?? 0
  const isKept = Array.from({ length: width }, (_, column) => greatest(rows, column, limit))
  const columns = Array.from({ length: width }, () => new Map())
  const links = new Map()
  const node = (column, value, name, isOther) => {
    const id = isOther ? 'other' : JSON.stringify(value)
    if (!columns[column].has(id)) columns[column].set(id, { id, column, value, name, isOther, total: 0 })
    return columns[column].get(id)
  }
  const add = (nodes, value) => {
    for (const each of nodes) each.total += value
    for (let column = 0; column + 1 < nodes.length; column += 1) {
      const [source, target] = [nodes[column], nodes[column + 1]]
      const id = `${column} ${source.id} ${target.id}`
      const link = links.get(id) ?? { source, target, value: 0 }
      link.value += value
      links.set(id, link)
    }
  }
  for (const row of rows) {
    if (!(row.value > 0)) continue
    add(row.key.map((value, column) => {
      const isOther = !isKept[column].has(JSON.stringify(value))
      return node(column, isOther ? null : value, isOther ? null : row.names?.[column] ?? null, isOther)
    }), row.value)
  }
  if (left > 0 && width > 0) add(columns.map((_, column) => node(column, null, null, true)), left)
  return { columns: columns.map((nodes) => [...nodes.values()].sort(largestFirst)), links: [...links.values()] }
}

/** What is together comes last, whatever its size. */
function largestFirst(one, two) {
  return one.isOther - two.isOther || two.total - one.total
}

function greatest(rows, column, limit) {
  const totals = new Map()
  for (const { key, value } of rows) {
    const id = JSON.stringify(key[column])
    totals.set(id, (totals.get(id) ?? 0) + value)
  }
  return new Set([...totals].sort((one, two) => two[1] - one[1]).slice(0, limit).map(([id]) => id))
}

/**
 * Gives nodes `x`, `y`, `height` and links the `y` of both of their ends and their `height`.
 *
 * Nodes are `nodeWidth` wide, have `gap` between them, and a `slot` for their label at least, so the drawing may become higher
 * than `height`: how high is in the answer.
 */
export function layOut({ columns, links }, { width, height, nodeWidth, gap, slot }) {
  const total = Math.max(...columns.map((nodes) => nodes.reduce((sum, node) => sum + node.total, 0)), 0)
  const most = Math.max(...columns.map((nodes) => nodes.length), 1)
  const scale = total > 0 ? Math.max(0, height - gap * (most - 1)) / total : 0
  const extents = columns.map((nodes, column) => {
    let y = 0
    for (const node of nodes) {
      node.height = node.total * scale
      const room = Math.max(slot, node.height)
      node.x = place(column, columns.length) * (width - nodeWidth)
      node.y = y + (room - node.height) / 2
      y += room + gap
    }
    return y - gap
  })
  attach(links, 'source', 'target', 'sourceY', scale)
  attach(links, 'target', 'source', 'targetY', scale)
  return { height: Math.max(height, ...extents) }
}

/** Where a column is, as a share of the width; behind the middle of three the labels of two need room. */
function place(column, count) {
  if (count === 3) return [0, 0.42, 1][column]
  return count > 1 ? column / (count - 1) : 0
}

/** Links leave a node in the order of the nodes at their other ends, so that they cross little. */
function attach(links, end, other, name, scale) {
  const used = new Map()
  for (const link of [...links].sort((one, two) => one[other].y - two[other].y)) {
    const y = used.get(link[end]) ?? link[end].y
    link[name] = y
    link.height = link.value * scale
    used.set(link[end], y + link.height)
  }
}

/** The outline of a link, as a path of SVG. */
export function outline(link, nodeWidth) {
  const [from, to] = [link.source.x + nodeWidth, link.target.x]
  const middle = (from + to) / 2
  const number = (value) => value.toFixed(1)
  const curve = (x, y, fromY) => `C${number(middle)} ${number(fromY)} ${number(middle)} ${number(y)} ${number(x)} ${number(y)}`
  const [top, bottom] = [link.sourceY, link.sourceY + link.height]
  const [otherTop, otherBottom] = [link.targetY, link.targetY + link.height]
  return `M${number(from)} ${number(top)}${curve(to, otherTop, top)}L${number(to)} ${number(otherBottom)}${curve(from, bottom, otherBottom)}Z`
}
