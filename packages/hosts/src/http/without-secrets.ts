import { redactJson, type ActorView } from '@opschart/core'

/**
 * What an actor is, as anybody may see it. A machine's context holds what the machine needs, and its own process reads it so;
 * who asks at a door may be anybody.
 */
export function withoutSecrets<View extends Pick<ActorView, 'context' | 'output' | 'error'>>(
  view: View | undefined,
): View | null {
  if (view === undefined) return null
  const { context, output, error } = view
  return {
    ...view,
    context: redactJson(context),
    ...(output === undefined ? {} : { output: redactJson(output) }),
    ...(error === undefined ? {} : { error: redactJson(error) }),
  }
}
