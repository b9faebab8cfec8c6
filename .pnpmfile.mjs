// The node-* platform packages publish `os` and `cpu` as strings. pnpm drops those from the lockfile and would
// then install every platform's Node; as lists they are kept, and only this machine's Node is installed.
const platformNode = /^node-(bin-)?(linux|darwin|win)-/

function readPackage(pkg) {
  if (!platformNode.test(pkg.name ?? '')) return pkg
  if (typeof pkg.os === 'string') pkg.os = [pkg.os]
  if (typeof pkg.cpu === 'string') pkg.cpu = [pkg.cpu]
  if (pkg.os?.includes('linux')) pkg.libc = ['glibc']
  return pkg
}

export const hooks = { readPackage }
