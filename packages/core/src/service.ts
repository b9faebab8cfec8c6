import { z } from 'zod'

const argv = z.array(z.string().min(1)).min(1).describe('an argument array, started without a shell')

/** A service of the configuration: what its releases are, and how they are deployed, rolled back and looked at. */
export const serviceSchema = z.strictObject({
  paths: z
    .array(z.string())
    .optional()
    .describe('folders of a monorepo whose commits are this service’s own; all when absent'),
  trunk: z.string().optional().describe('the branch that merges go to; main or master when absent'),
  logs: z.array(z.string()).optional().describe('log files, relative to the project; globs allowed'),
  version: z
    .union(
      [
        z.strictObject({ git: z.literal('tag') }),
        z.strictObject({ file: z.string() }),
        z.strictObject({ command: argv }),
      ],
      { error: 'a version comes from { git: tag }, { file: package.json } or { command: [./version] }' },
    )
    .optional()
    .describe('where a release’s version comes from'),
  environments: z
    .array(z.string())
    .optional()
    .describe('names of environments, in order; the last one is production'),
  deploy: argv
    .optional()
    .describe('deploys {version} ({commit}, {environment}, {previous} are filled in too)'),
  rollback: argv.optional().describe('puts {previous} back; absent: no roll-back is possible'),
  health: z.url().optional().describe('answers 2xx when healthy'),
  status_page: z.string().optional().describe('HTML file that the status of the service is written to'),
  test: argv.optional().describe('runs the integration tests; exit code 0 means passed'),
  migrations: z.string().optional().describe('folder of the migrations; `migrations` when absent'),
  monitoring: z
    .string()
    .optional()
    .describe('folder for rule files and dashboards; `monitoring` when absent'),
  docs: z
    .string()
    .optional()
    .describe('folder for API docs, runbook and deployment guide; `docs` when absent'),
})

/** How one service is described in the configuration; names as they stand there. */
export type ServiceConfiguration = z.input<typeof serviceSchema>

/** A service with its name. */
export type Service = ServiceConfiguration & { readonly name: string }
