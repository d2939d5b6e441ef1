// What can be done with a value: filter by it, or against it.

import { byId, element } from './dom.js'
import { label } from './fields.js'

/**
 * Opens beside an element.
 *
 * @param items a column, value and name for each column of the key
 * @param choose called with the condition that was chosen
 */
export function openValueMenu(anchor, items, fields, choose) {
  const menu = byId('value-menu')
  const lines = items.map(({ column, value, name }) => {
    const filters = value === null ? undefined : fields.filters(column, value)
    const entry = (title, text, id) => element('button', {
      type: 'button', title: text, class: id,
      click: () => {
        menu.hidePopover()
        choose(text)
      },
    }, title)
    const actions = filters
      ? [entry('filter by', filters.by, 'by'), entry('filter against', filters.against, 'against')]
      : [element('small', {}, value === null ? 'flows without a value' : 'no filter selects this')]
    return element('div', { class: 'item' },
      element('p', {}, element('small', {}, column), ' ', element('b', {}, label(value, name))),
      element('p', {}, ...actions))
  })
  menu.replaceChildren(...lines)
  menu.showPopover()
  place(menu, anchor)
  menu.querySelector('button')?.focus()
}

/** Below the anchor, or above it, within the window. */
function place(menu, anchor) {
  const at = anchor.getBoundingClientRect()
  const { width, height } = menu.getBoundingClientRect()
  const left = Math.max(8, Math.min(at.left, innerWidth - width - 8))
  const below = at.bottom + 4
  const top = below + height < innerHeight ? below : Math.max(8, at.top - height - 4)
  menu.style.setProperty('left', `${left}px`)
  menu.style.setProperty('top', `${top}px`)
}
