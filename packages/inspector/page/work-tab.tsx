import type { OperationView, TimerView } from '@opschart/core'
import { useState } from 'preact/hooks'

import type { Does } from './does.ts'
import { dueIn, lengthOf } from './format.ts'
import { actorOf, type Model } from './model.ts'
import { WorkThen } from './work-then.tsx'

/** What runs, what waits and for what, and what a person is asked. */
export function WorkTab({ model, does }: { model: Model; does: Does }) {
  const { status, now } = model
  if (status === null) return <p class="nothing">Asking …</p>
  const lifecycles = status.services.flatMap((service) => service.lifecycles)
  const operations = lifecycles.flatMap((lifecycle) => lifecycle.operations)
  const asked = operations.filter((operation) => operation.status === 'awaiting_approval')
  const rest = operations.filter((operation) => operation.status !== 'awaiting_approval')
  const timers = lifecycles.flatMap(({ name, timers: own }) => own.map((timer) => ({ ...timer, name })))
  const runs = lifecycles.flatMap((lifecycle) =>
    lifecycle.workflows.map((run) => ({ ...run, lifecycle: lifecycle.name })),
  )
  return (
    <>
      <Control model={model} does={does} />
      <WorkThen model={model} does={does} />
      {asked.length > 0 && (
        <section>
          <h3>{`Waits for a person (${asked.length})`}</h3>
          {asked.map((operation) => (
            <Asked key={operation.id} operation={operation} model={model} does={does} />
          ))}
        </section>
      )}
      <section>
        <h3>{`Operations (${rest.length})`}</h3>
        {rest.length === 0 && <p class="quiet">Nothing runs, and nothing waits.</p>}
        {rest.map((operation) => (
          <Operation key={operation.id} operation={operation} now={now} />
        ))}
      </section>
      <section>
        <h3>{`Workflows (${runs.length})`}</h3>
        {runs.length === 0 && <p class="quiet">None is under way.</p>}
        <ul class="plain-list">
          {runs.map(({ run, workflow, steps, lifecycle }) => (
            <li key={run}>
              <button
                type="button"
                class="plain"
                title="Show its chart"
                onClick={() => does.choose.actor(model.source!, run)}
              >
                {`${workflow} of ${lifecycle}`}
              </button>
              <span class="quiet">{steps.join(', ')}</span>
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h3>{`Timers (${timers.length})`}</h3>
        {timers.length === 0 && <p class="quiet">No time is waited for.</p>}
        {timers
          .toSorted((one, other) => one.due - other.due)
          .map((timer) => (
            <Timer key={`${timer.name} ${timer.id}`} timer={timer} now={now} />
          ))}
      </section>
      {status.pauses.length > 0 && (
        <section>
          <h3>Paused</h3>
          <ul class="plain-list">
            {status.pauses.map(({ target, by, reason }) => (
              <li key={target}>
                {`${target}, by ${by}: ${reason} `}
                <Resume target={target} model={model} does={does} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {actorOf(model)?.state?.status === 'parked' && (
        <p class="problem">
          This actor is parked: it takes nothing until a person resumes it.{' '}
          <Resume target={`actor:${model.actor}`} model={model} does={does} />
        </p>
      )}
    </>
  )
}

/** Lets something go on, where a person has control. */
function Resume({ target, model, does }: { target: string; model: Model; does: Does }) {
  if (model.door?.control !== true) return null
  return (
    <button type="button" class="act" onClick={() => does.act('resume', { target }, `resumed ${target}`)}>
      Resume
    </button>
  )
}

function Control({ model, does }: { model: Model; does: Does }) {
  const { door, now } = model
  if (door === null) return null
  if (!door.control)
    return (
      <p class="quiet">
        This page only shows. To answer here, type <code>opschart inspect --control</code> into a terminal and
        open the address that it prints.
      </p>
    )
  const left = door.until === null ? '' : ` for ${lengthOf(door.until - now)}`
  return (
    <p class="control">
      {`You act here as ${door.person}${left}. `}
      <button type="button" class="plain" onClick={() => does.act('control-off', {}, 'control is off')}>
        Turn control off
      </button>
    </p>
  )
}

function Asked({ operation, model, does }: { operation: OperationView; model: Model; does: Does }) {
  const [reason, setReason] = useState('')
  const { id, plan, agent, task, lifecycle, commands, expires } = operation
  const may = model.door?.control === true
  return (
    <article class="asked">
      <h4>{`${agent}.${task}`}</h4>
      <p>
        {`for ${lifecycle}, asked by ${operation.requested_by}`}
        {expires !== null && `, expires ${dueIn(expires, model.now)}`}
      </p>
      {Object.entries(commands ?? {}).map(([name, command]) => (
        <pre key={name}>{Array.isArray(command) ? command.join(' ') : JSON.stringify(command)}</pre>
      ))}
      <p class="quiet" title={plan}>{`plan ${plan.slice(0, 16)}`}</p>
      <div class="bar">
        <button
          type="button"
          class="act"
          disabled={!may}
          onClick={() => does.act('approve', { operation: id, plan }, `approved ${agent}.${task}`)}
        >
          Approve
        </button>
        <input
          aria-label={`Why ${agent}.${task} is rejected`}
          placeholder="why not"
          value={reason}
          disabled={!may}
          onInput={({ currentTarget }) => setReason(currentTarget.value)}
        />
        <button
          type="button"
          disabled={!may || reason.trim() === ''}
          onClick={() => does.act('reject', { operation: id, reason }, `rejected ${agent}.${task}`)}
        >
          Reject
        </button>
      </div>
    </article>
  )
}

function Operation({ operation, now }: { operation: OperationView; now: number }) {
  const { agent, task, status, attempt, lease, progress, held, awaiting, lifecycle } = operation
  const at = operation.requested_at
  return (
    <article class="operation">
      <h4>
        {`${agent}.${task}`} <span class={`status ${status}`}>{status.replaceAll('_', ' ')}</span>
      </h4>
      <p class="quiet">
        {`${lifecycle}, for ${lengthOf(now - at)}${attempt > 1 ? `, attempt ${attempt}` : ''}`}
        {awaiting !== undefined && `, ${awaiting}`}
      </p>
      {lease !== undefined && (
        <p
          class="quiet"
          title={lease.owner}
        >{`leased to ${lease.owner.slice(0, 40)}, ends ${dueIn(lease.until, now)} unless renewed`}</p>
      )}
      {progress !== undefined && <p>{progress}</p>}
      {held !== undefined && <p class="quiet">{`held: ${held}`}</p>}
    </article>
  )
}

function Timer({ timer, now }: { timer: TimerView & { name: string }; now: number }) {
  return (
    <article class="timer">
      <h4>{timer.what}</h4>
      <p class="quiet">{`${timer.name}, ${dueIn(timer.due, now)}`}</p>
    </article>
  )
}
