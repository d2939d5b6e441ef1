// Filters as texts, in the language of `sagflow top`.

/** What can be in a filter without quotes: addresses, networks, numbers, names of protocols. */
const plain = /^[A-Za-z0-9_.:/-]+$/

/** A column's template with a value in its place; undefined where the language has none for it. */
export function condition(template, value) {
  if (typeof template !== 'string' || typeof value !== 'string') return undefined
  const isQuoted = template.includes('"{}"')
  if (isQuoted ? /["\\\n\r]/.test(value) : !plain.test(value)) return undefined
  return template.replace('{}', () => value)
}

/** A filter on one line, as an input shows it: without comments, which end with their line. */
export function oneLine(filter) {
  return filter.replace(/("[^"]*"|'[^']*')|#[^\n]*/g, (_, quoted) => quoted ?? '').replace(/\s*\n\s*/g, ' ').trim()
}

/** A filter that asks for a condition, too. */
export function narrowed(filter, condition) {
  const text = oneLine(filter)
  if (text === '') return condition
  if (conjuncts(text).includes(condition)) return text
  return `${isConjunction(text) ? text : `(${text})`} and ${condition}`
}

/** Whether `and` can be put behind a filter as it is: no `or` outside of parentheses. */
function isConjunction(text) {
  return !/\bor\b|\|/i.test(outermost(text))
}

function conjuncts(text) {
  return isConjunction(text) ? text.split(/\s+and\s+/i).map((part) => part.trim()) : [text]
}

/** The text without what is in parentheses and brackets. */
function outermost(text) {
  let depth = 0
  let result = ''
  for (const character of text) {
    if (character === '(' || character === '[') depth += 1
    if (depth === 0) result += character
    if (character === ')' || character === ']') depth -= 1
  }
  return result
}

/** A filter's text before, at and behind a column, which counts characters from 1. */
export function around(text, column) {
  const characters = segments(text)
  const at = Math.min(Math.max(column - 1, 0), characters.length)
  return {
    before: characters.slice(0, at).join(''), at: characters[at] ?? ' ', behind: characters.slice(at + 1).join(''),
  }
}

/** Characters as people count them. */
function segments(text) {
  if (typeof Intl.Segmenter !== 'function') return Array.from(text)
  return Array.from(new Intl.Segmenter().segment(text), (part) => part.segment)
}
