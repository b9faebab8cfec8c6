import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** A configuration whose law is the one that comes with opschart. */
export const plain = 'services: { web: { deploy: [./deploy] } }\nautonomy: observe\n'

/** The same with a phase between DEVELOPMENT and REVIEW. */
export const security = `${plain}states:
  DEVELOPMENT:
    next_states:
      SECURITY: { on: SECURITY_CHECK_REQUESTED, by: [developer-agent, person] }
  SECURITY:
    allowed_agents: [contract-guardian]
    next_states:
      REVIEW: { on: SECURITY_PASSED, by: [contract-guardian, person] }
`

/** Runs git in a folder, as somebody. */
export const gitIn = (folder: string, ...argv: string[]) =>
  execute('git', ['-c', 'user.name=a', '-c', 'user.email=a@b.c', ...argv], { cwd: folder })
