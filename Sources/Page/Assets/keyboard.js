// Keys, and the list of them in the help.

import { byId, element } from './dom.js'

/** @param actions `{ keys, text, run }`, where keys are those of `KeyboardEvent.key` */
export function prepareKeys(actions) {
  const help = byId('help')
  const all = [...actions, { keys: ['?'], text: 'this help', run: () => help.showModal() }]
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || help.open || isTaken(event)) return
    const action = all.find(({ keys }) => keys.includes(event.key))
    if (!action) return
    event.preventDefault()
    action.run()
  })
  byId('help-button').addEventListener('click', () => help.showModal())
  byId('help-keys').append(...all.flatMap(({ keys, text }) => [
    element('dt', {}, ...keys.flatMap((key, index) => [index > 0 ? ' ' : null, element('kbd', {}, names[key] ?? key)])),
    element('dd', {}, text),
  ]))
}

const names = { ArrowLeft: '←', ArrowRight: '→', '-': '−' }

/** Whether the key means something to the element that has the focus. */
function isTaken({ key, target }) {
  if (target.closest?.('input:not([type=radio], [type=checkbox]), select, textarea, [popover]')) return true
  return key.startsWith('Arrow') && Boolean(target.closest?.('input, [role=tab], [role=region]'))
}
