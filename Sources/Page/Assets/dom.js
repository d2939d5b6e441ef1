// Elements. Whatever comes from the wire goes through here and becomes a text node, never markup.

const svgNamespace = 'http://www.w3.org/2000/svg'

/** The element of this id, which index.html has. */
export const byId = (id) => document.getElementById(id)

/**
 * Makes an HTML element. An attribute that is a function is a listener, `true` an attribute without value; undefined, null
 * and false are left out. Children are nodes or texts.
 */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children)
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(svgNamespace, name), attributes, children)
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (typeof value === 'function') node.addEventListener(name, value)
    else node.setAttribute(name, value === true ? '' : value)
  }
  node.append(...children.filter((child) => child !== null && child !== undefined))
  return node
}

/** Sets a text and hides the element where there is none. */
export function setNote(node, text) {
  node.textContent = text
  node.hidden = text === ''
}

/**
 * Replaces what is in a container, and gives the focus back to the element of the same `data-focus` if one had it: an answer
 * that comes by itself must not take it away.
 */
export function replace(container, ...children) {
  const focused = container.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined
  container.replaceChildren(...children)
  if (focused === undefined) return
  for (const node of container.querySelectorAll('[data-focus]')) {
    if (node.dataset.focus === focused) return node.focus({ preventScroll: true })
  }
}

/** A row of heads for columns; each is a text, or a text with a class; an empty one heads nothing. */
export function headRow(columns) {
  return element('tr', {}, ...columns.map((column) =>
    column === '' ? element('td') : typeof column === 'string' ? element('th', { scope: 'col' }, column)
      : element('th', { scope: 'col', class: column.class, title: column.title }, column.text)))
}
