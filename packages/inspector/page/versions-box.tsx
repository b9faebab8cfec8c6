import { statesOf, type Change, type VersionsView } from '@opschart/core'
import type { JSX } from 'preact'
import { useState } from 'preact/hooks'

import { toldChanges } from './comparing.ts'
import type { Does } from './does.ts'
import { dwellOf } from './format.ts'
import { calledOf, sourceOf, type Comparing, type Model } from './model.ts'

/** The signs of the drawing, with what they say. */
const signs: Readonly<Record<Change, string>> = { added: '+', removed: '−', changed: '~' }
const kinds = ['added', 'removed', 'changed'] as const

/** Changes and actors that are listed before one asks for all. */
const first = 40

/** The law beside another version of it: what has changed, and what of the store would not fit. */
export function VersionsBox({ model, does }: { model: Model; does: Does }) {
  const { comparing } = model
  return comparing === null ? null : <Box model={model} does={does} comparing={comparing} />
}

function Box({ model, does, comparing }: { model: Model; does: Does; comparing: Comparing }) {
  const [typed, setTyped] = useState(comparing.version)
  const { answer, isWaiting, problem } = comparing.asked
  const compare = (version: string): void => {
    setTyped(version)
    does.comparing.compare(version)
  }
  return (
    <section class="coverage versions" aria-label="Versions" aria-busy={isWaiting}>
      <div class="bar">
        <h3>Versions</h3>
        <button type="button" class="plain" onClick={does.comparing.close}>
          Close
        </button>
      </div>
      <form
        class="ask"
        onSubmit={(event) => {
          event.preventDefault()
          compare(typed)
        }}
      >
        <label for="version">Compare with</label>
        <input
          id="version"
          type="text"
          list="versions-offered"
          placeholder="what runs"
          autocomplete="off"
          spellcheck={false}
          maxLength={200}
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <button type="submit">Compare</button>
        <datalist id="versions-offered">
          {answer?.offered.map(({ version, told }) => (
            <option key={version} value={version}>
              {told}
            </option>
          ))}
        </datalist>
      </form>
      {answer !== null && answer.offered.length > 0 && (
        <details>
          <summary>Tags, and commits that changed it</summary>
          <ul>
            {answer.offered.map(({ version, at, told }) => (
              <li key={version}>
                <button type="button" class="plain" onClick={() => compare(version)}>
                  {version}
                </button>{' '}
                <span class="quiet">{`${told === '' ? 'tag' : told}, ${dwellOf(model.now - at)} ago`}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {problem !== null && <p class="problem">{problem}</p>}
      {isWaiting && <p class="quiet">Comparing …</p>}
      {answer !== null && problem === null && <Told model={model} does={does} answer={answer} />}
    </section>
  )
}

function Told({ model, does, answer }: { model: Model; does: Does; answer: VersionsView }) {
  const changes = toldChanges(
    answer,
    statesOf(answer.chart).map(({ id }) => id),
  )
  const later = answer.isWritten ? 'The law as it is written' : 'The law that runs'
  const earlier = answer.version ?? 'the law that runs'
  return (
    <>
      <p>{changes.length === 0 ? `${later} is the same as ${earlier}.` : `${later}, beside ${earlier}:`}</p>
      {changes.length > 0 && (
        <ul class="legend" aria-label="Signs on the chart">
          {kinds.map((kind) => (
            <li key={kind}>
              <Sign change={kind} /> {`${changes.filter(({ change }) => change === kind).length} ${kind}`}
            </li>
          ))}
        </ul>
      )}
      <Listed
        all={changes}
        told={({ change, id, text, at }) => (
          <li key={id}>
            <Sign change={change} />
            <button type="button" class="plain" onClick={() => does.find(at)}>
              {text}
            </button>
          </li>
        )}
      />
      <Fits model={model} does={does} answer={answer} />
    </>
  )
}

/** What of the store would not go on as it is, each with the way to it. */
function Fits({ model, does, answer }: { model: Model; does: Does; answer: VersionsView }) {
  const { counts, fits } = answer
  const source = sourceOf(model)
  const told = [
    [counts.misfit, 'would not fit'],
    [counts.migrates, 'would be moved'],
    [counts.fits, 'would go on under another definition'],
  ] as const
  return (
    <>
      <h4>What is stored</h4>
      <p class={counts.misfit > 0 ? 'problem' : 'quiet'}>
        {counts.misfit + counts.migrates === 0 ? 'All of it fits. ' : ''}
        {told
          .filter(([count]) => count > 0)
          .map(([count, words]) => `${count.toLocaleString()} ${words}`)
          .join(', ')}
      </p>
      <Listed
        all={fits}
        told={({ actor, kind, text }) => (
          <li key={actor}>
            <span class={`fit ${kind}`}>{kind === 'misfit' ? '✕' : '→'}</span>
            <span>
              {source?.actors.has(actor) === true ? (
                <button type="button" class="plain" onClick={() => does.choose.actor(source.source, actor)}>
                  {calledOf(model, actor)}
                </button>
              ) : (
                actor
              )}{' '}
              <span class="quiet">{text}</span>
            </span>
          </li>
        )}
      />
      {counts.misfit + counts.migrates > fits.length && (
        <p class="quiet">{`The first ${fits.length.toLocaleString()} are listed; \`opschart store migrate --plan\` lists them all.`}</p>
      )}
      {counts.misfit > 0 && (
        <p class="quiet">
          The daemon does not start with it until these have ended, or a mapping takes them along.
        </p>
      )}
    </>
  )
}

/** A list that begins short. */
function Listed<Item>({ all, told }: { all: readonly Item[]; told: (item: Item) => JSX.Element }) {
  const [isWhole, setWhole] = useState(false)
  const listed = isWhole ? all : all.slice(0, first)
  return (
    <>
      {all.length > 0 && <ul class="signed">{listed.map(told)}</ul>}
      {listed.length < all.length && (
        <button type="button" class="plain" onClick={() => setWhole(true)}>
          {`${(all.length - listed.length).toLocaleString()} more`}
        </button>
      )}
    </>
  )
}

function Sign({ change }: { change: Change }) {
  return (
    <span class={`sign oc-${change}`} role="img" aria-label={change}>
      {signs[change]}
    </span>
  )
}
