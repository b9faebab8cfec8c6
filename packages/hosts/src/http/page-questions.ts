import { basename } from 'node:path'

import { OpschartError, type VersionsView } from '@opschart/core'
import { z } from 'zod'

import type { Control, Controlled } from './control.ts'
import type { Ask } from './door.ts'
import type { People } from './people.ts'
import { checkBody } from './routes.ts'
import type { DaemonFacts } from './wire.ts'

/** What a page asks about the door itself, and of the project behind it. */
export const questionsOfPages = {
  // What a version is called is for git to judge; what looks like one of its options is none.
  against: z.strictObject({
    version: z
      .string()
      .max(200)
      .regex(/^(?!-)\P{Cc}+$/u, 'a version is a commit, tag or branch, and does not begin with -')
      .exactOptional(),
  }),
  door: z.strictObject({}),
  control: z.strictObject({ secret: z.string().min(1).max(200) }),
  'control-off': z.strictObject({}),
}

/** What compares the law of a project with other versions of it. */
export interface Versions {
  /**
   * The law as it is written now beside a version of its repository; beside the law that runs when none is named.
   *
   * @throws OpschartError `input` for a version that is not there, `configuration` where what is written now is not sound.
   */
  against(version: string | undefined): Promise<VersionsView>
}

/** The answer to `door`: where a page stands. */
export interface DoorView {
  /** Whether the law is that of a project, whose versions can be compared. */
  readonly versions: boolean
  /** Whether this page may act. */
  readonly control: boolean
  /** When that ends, in milliseconds since 1970. */
  readonly until: number | null
  /** As whom it acts, or would. */
  readonly person: string
  /** The project's folder. */
  readonly name: string
  readonly version: string
  /** In the answer to `control`: what the page shows from then on, beside its cookie. */
  readonly key?: string
}

/** Who asks on the loopback. */
export interface PageAsker {
  /** Whether it is asked by a page of ours, within its session. */
  readonly isPage: boolean
  /** The control that it carries. */
  readonly controlled: Controlled | undefined
}

/** What answers the questions about the door, for one request. */
export interface PageQuestions {
  readonly people: Pick<People, 'name'>
  readonly about: Pick<DaemonFacts, 'root' | 'version'>
  /** Off for good when absent. */
  readonly control:
    | {
        turnOn(secret: string): ReturnType<Control['turnOn']>
        turnOff(): string
      }
    | undefined
  /** Absent where no project stands behind the door. */
  readonly versions: Versions | undefined
  setCookie(cookie: string): void
}

/** Answers what a page asks about the door; everything else goes on to the door. */
export function askedByPage(options: PageQuestions, asker: PageAsker, door: Ask): Ask {
  const { about, control, people, versions } = options
  const view = (controlled: Controlled | undefined): DoorView => ({
    versions: versions !== undefined,
    control: controlled !== undefined,
    until: controlled?.until ?? null,
    person: controlled?.person ?? people.name,
    name: basename(about.root),
    version: about.version,
  })
  const refuseOthers = (name: string) => {
    if (!asker.isPage)
      throw new OpschartError(
        'forbidden',
        `${name} is asked by the page itself, in the browser it is open in`,
      )
  }
  return async (name, body, headers) => {
    switch (name) {
      case 'against': {
        const { version } = checkBody(questionsOfPages.against, body, name) as { version?: string }
        if (versions === undefined)
          throw new OpschartError(
            'input',
            'no project stands behind this door, and so no other version of its law; open one with `opschart inspect`',
          )
        return versions.against(version)
      }
      case 'door':
        checkBody(questionsOfPages.door, body, name)
        return view(asker.isPage ? asker.controlled : undefined)
      case 'control': {
        const { secret } = checkBody(questionsOfPages.control, body, name) as { secret: string }
        refuseOthers(name)
        if (control === undefined)
          throw new OpschartError(
            'forbidden',
            'this door only shows: no daemon stands behind it; start one with `opschart up`',
          )
        const turned = control.turnOn(secret)
        if (turned === undefined)
          throw new OpschartError(
            'forbidden',
            'this secret is wrong, was used, or is older than two minutes; type `opschart inspect --control` into a terminal for another one',
          )
        options.setCookie(turned.cookie)
        return { ...view(turned), key: turned.key }
      }
      case 'control-off':
        checkBody(questionsOfPages['control-off'], body, name)
        refuseOthers(name)
        if (control !== undefined) options.setCookie(control.turnOff())
        return view(undefined)
      default:
        return door(name, body, headers)
    }
  }
}
