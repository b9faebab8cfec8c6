import { momentOf } from './format.ts'
import type { Model } from './model.ts'

/** What is to be done where nothing comes any more, and how old what is shown is by then. */
export function Outage({ model }: { model: Model }) {
  const { connection, lostAt, door } = model
  if (connection !== 'broken' && connection !== 'refused') return null
  return (
    <p class="outage" role="alert">
      {connection === 'refused' ? (
        <>
          This page’s token is no longer valid: open the address that <code>opschart inspect</code> prints.
        </>
      ) : door?.person === 'nobody' ? (
        <>
          <code>opschart inspect</code> has ended, which showed this without a daemon: start it again, and
          open the address that it prints.
        </>
      ) : (
        <>
          The daemon is not there; start it: <code>opschart up --inspect</code>. This page goes on by itself.
        </>
      )}
      {lostAt !== null && <span>{` What is shown is as of ${momentOf(lostAt)}.`}</span>}
    </p>
  )
}
