// What traffic is counted in.

/**
 * By the unit's name: its place in answers, what turns a count into the shown one, and
 * the rate's unit, which behind a number with a prefix is short.
 */
export const units = {
  bits: { measure: 'bytes', factor: 8, rate: 'bit/s', short: 'bit/s' },
  packets: { measure: 'packets', factor: 1, rate: 'packets/s', short: '/s' },
  flows: { measure: 'flows', factor: 1, rate: 'flows/s', short: '/s' },
}
