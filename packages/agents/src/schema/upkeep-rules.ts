import { finding, type ChangeFinding, type RuleScope } from './change-finding.ts'
import { inner, list, text } from './sql-names.ts'
import type { SqlStatement } from './sql-statements.ts'

/** What a statement does that changes no definition: upkeep, locks, code, and all that takes nothing away. */
export function upkeepFinding(statement: SqlStatement, scope: RuleScope): ChangeFinding {
  const { node } = statement
  const options = list(node, 'options').map((option) => text(inner(option, 'DefElem'), 'defname'))
  const params = list(node, 'params').map((option) => text(inner(option, 'DefElem'), 'defname'))
  const window = 'do it in a maintenance window'
  switch (statement.kind) {
    case 'VacuumStmt':
      return options.includes('full')
        ? finding('risky', 'vacuum-full', 'nobody can use the table meanwhile', window)
        : finding('safe', 'vacuum', 'others can read and write meanwhile')
    case 'ClusterStmt':
      return finding('risky', 'cluster', 'nobody can use the table meanwhile', window)
    case 'LockStmt':
      return finding(
        'risky',
        'lock-table',
        'others wait until the transaction ends',
        'SET lock_timeout first, and keep it short',
      )
    case 'ReindexStmt':
      return params.includes('concurrently') || scope.dialect === 'sqlite'
        ? finding('safe', 'reindex', 'others can write meanwhile')
        : finding('risky', 'reindex', 'locks writes, and reads that use the index', 'REINDEX … CONCURRENTLY')
    case 'RefreshMatViewStmt':
      return node['concurrent'] === true
        ? finding('safe', 'refresh-view', 'others can read meanwhile')
        : finding(
            'risky',
            'refresh-view',
            'nobody can read the view meanwhile',
            'REFRESH MATERIALIZED VIEW CONCURRENTLY',
          )
    case 'UnreadStmt':
      return finding(
        'risky',
        'not-read',
        'only SQLite reads this statement; what it does was not classified',
        'look at it yourself',
      )
    case 'DoStmt':
      return finding(
        'risky',
        'code-block',
        'what it does is not known before it runs',
        'write its statements out',
      )
    case 'DropOwnedStmt':
    case 'DropdbStmt':
      return finding(
        'breaking',
        'drop-everything',
        'a whole database or all that a role owns goes',
        'name each thing that shall go',
      )
    default:
      return finding('safe', 'other', 'takes nothing away that code or data rely on')
  }
}
