/** Whether the process of an owner (`<process id>:<random>`) is gone. Another machine's cannot be told: its lease runs out. */
export function isOwnerDead(owner: string): boolean {
  const pid = Number(owner.split(':', 1)[0])
  if (!Number.isInteger(pid) || pid <= 0) return false
  // This very process, under another id: an earlier runtime of ours that was closed, or one that lives beside.
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
