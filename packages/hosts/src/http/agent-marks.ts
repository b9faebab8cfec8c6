/** Environment variables that only what a runner started has. */
export const runnerVariables = ['OPSCHART_TOKEN', 'OPSCHART_KEY'] as const

/**
 * Environment variables by which coding-agent hosts mark what they start. Present and not empty is enough. Left out are
 * those that a person's own terminal inside an editor has as well (`CURSOR_TRACE_ID`, `TERM_PROGRAM`), and settings that
 * a person may keep in a profile (`CODEX_HOME`).
 */
export const hostVariables: Readonly<Record<string, string>> = {
  AGENT: 'an agent',
  AI_AGENT: 'an agent',
  AUGMENT_AGENT: 'Augment',
  CLAUDECODE: 'Claude Code',
  CLAUDE_CODE_CHILD_SESSION: 'Claude Code',
  CLAUDE_CODE_ENTRYPOINT: 'Claude Code',
  CLINE_ACTIVE: 'Cline',
  CODEX_CI: 'Codex',
  CODEX_SANDBOX: 'Codex',
  CODEX_SANDBOX_NETWORK_DISABLED: 'Codex',
  CODEX_THREAD_ID: 'Codex',
  COPILOT_AGENT_SESSION_ID: 'Copilot',
  COPILOT_CLI: 'Copilot',
  CURSOR_AGENT: 'Cursor',
  GEMINI_CLI: 'Gemini CLI',
  GOOSE_TERMINAL: 'Goose',
  OPENCODE: 'opencode',
  QWEN_CODE: 'Qwen Code',
}

/** Programs that are such hosts: what they start may have taken the variables out again. */
export const hostPrograms: Readonly<Record<string, string>> = {
  '@anthropic-ai/claude-code': 'Claude Code',
  '@github/copilot': 'Copilot',
  '@google/gemini-cli': 'Gemini CLI',
  '@openai/codex': 'Codex',
  '@qwen-code/qwen-code': 'Qwen Code',
  '@sourcegraph/amp': 'Amp',
  aider: 'Aider',
  amp: 'Amp',
  auggie: 'Augment',
  claude: 'Claude Code',
  cline: 'Cline',
  codex: 'Codex',
  copilot: 'Copilot',
  crush: 'Crush',
  'cursor-agent': 'Cursor',
  droid: 'Factory',
  gemini: 'Gemini CLI',
  goose: 'Goose',
  opencode: 'opencode',
  'opencode-ai': 'opencode',
  qwen: 'Qwen Code',
}

/**
 * Programs whose terminals any other program may type into, and read, by a command of theirs (`tmux send-keys`,
 * `tmux capture-pane`): the code of a challenge says nothing of a person there.
 */
export const sharedTerminals: Readonly<Record<string, string>> = {
  SCREEN: 'screen',
  gotty: 'gotty',
  screen: 'screen',
  shpool: 'shpool',
  tmate: 'tmate',
  tmux: 'tmux',
  'tmux: server': 'tmux',
  ttyd: 'ttyd',
  'wezterm-mux-server': 'wezterm-mux-server',
  zellij: 'zellij',
}

/**
 * Programs that open a terminal for another program without a person before it. One that a person started has a shell
 * above it; one that hangs on the system itself was cut off from whoever started it.
 */
export const terminalMakers: readonly RegExp[] = [
  /^(?:script|expect|unbuffer|socat|empty|dtach|abduco)$/,
  /^(?:python[\d.]*|perl[\d.]*|ruby[\d.]*|node|nodejs|bun|deno|php[\d.]*|tclsh[\d.]*)$/,
  /^(?:sh|bash|dash|zsh|fish|busybox)$/,
]

/** Terminals that an interpreter runs, and that people open from their desktop. */
export const terminalScripts: readonly string[] = ['guake', 'terminator']
