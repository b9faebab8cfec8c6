import { Icon } from './icons.tsx'

/** What the keys do, everywhere and on the chart. */
const keys: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'Everywhere',
    [
      ['/', 'go to a state, event, actor or row'],
      ['[ ]', 'a step back, and on'],
      ['n', 'now'],
      ['s o', 'the sequence, the board of all'],
      ['h', 'how often each arrow was taken'],
      ['v', 'the law beside another version'],
      ['?', 'these keys'],
    ],
  ],
  [
    'On the chart',
    [
      ['← ↑ → ↓', 'the next state on that side'],
      ['Enter Esc', 'into a state, and out of it'],
      ['Home End', 'the first and the last beside it'],
      ['PgUp PgDn', 'the state before and after, of all'],
      ['Space', 'fold and unfold it'],
      [', .', 'its arrows, one by one'],
      ['Enter', 'on an arrow: what if it came'],
      ['t', 'to where an arrow leads'],
      ['+ - 0', 'larger, smaller, all of it'],
      ['Shift ← ↑ → ↓', 'move the drawing'],
      ['f d', 'follow what is active, turn it'],
      ['i', 'write all that the law says, or only names'],
    ],
  ],
]

/** Opens the list of keys. */
export function KeysButton() {
  return (
    <button type="button" title="Keys (?)" aria-haspopup="dialog" onClick={showKeys}>
      <Icon name="help" />
    </button>
  )
}

/** The list of keys, for who asks. */
export function KeysList() {
  return (
    <dialog id="keys" class="keys" aria-label="Keys" closedby="any">
      {keys.map(([where, all]) => (
        <section key={where}>
          <h3>{where}</h3>
          <dl>
            {all.map(([key, does]) => (
              <div key={key}>
                <dt>
                  {key.split(' ').map((one) => (
                    <kbd key={one}>{one}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}

/** Opens the list of keys. */
export function showKeys(): void {
  const list = document.getElementById('keys') as HTMLDialogElement | null
  if (list?.open === false) list.showModal()
}
