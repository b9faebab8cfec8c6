/**
 * A part of a turn. It reads what it needs before it changes anything: where that was not read yet it ends there, and is done
 * again when it was.
 */
type Task = () => void

/** The parts of a turn: it takes no time of its own, but for what it has to read. */
export interface Tasks {
  /** Does these in their order, before anything else that is to be done: the last thing that a task does. */
  readonly next: (...tasks: readonly Task[]) => void
  /** Resolves when there is nothing more to be done. */
  readonly finished: () => Promise<void>
}

/** What a task cannot go on without. It is no error: it is read, and the task done again. */
export class Unread extends Error {
  override readonly name = 'Unread'
  readonly read: () => Promise<void>

  constructor(read: () => Promise<void>) {
    super('read this first')
    this.read = read
  }
}

/** Does the tasks of a turn, which begins with the first. */
export function createTasks(first: Task): Tasks {
  /** What is to be done, the next at the end; and what is being done. */
  const todo = [first]
  let doing: Task | undefined

  function goOn(): void {
    for (doing ??= todo.pop(); doing !== undefined; doing = todo.pop()) doing()
  }

  return {
    next: (...tasks) => {
      for (const task of tasks.toReversed()) todo.push(task)
    },
    async finished() {
      for (;;) {
        try {
          return goOn()
        } catch (error) {
          if (!(error instanceof Unread)) throw error
          await error.read()
        }
      }
    },
  }
}
